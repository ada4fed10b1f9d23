// Results of round trips, as a test needs them to be shown or judged.
import type { PathResult, RoundTrip } from '../../src/api/types.ts';
import { milliseconds, minutes } from '../../src/base/time.ts';
import { ip, minutesLater, NOON } from './api-parts.ts';

/** A way to the primary that was accepted. */
export const tripPath = (more: Partial<PathResult> = {}): PathResult => ({
  path: 'mail.example.com[192.0.2.1]',
  target: { host: 'mail.example.com', address: ip('192.0.2.1'), preference: 10 },
  state: 'accepted',
  sentAt: NOON,
  acceptedAt: NOON,
  reply: { code: 250, enhanced: '2.0.0', lines: ['ok'] },
  tries: [
    {
      host: 'mail.example.com',
      address: ip('192.0.2.1'),
      port: 25,
      preference: 10,
      tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
      reused: false,
      tookMs: milliseconds(120),
      ending: 'answered 250 2.0.0 ok',
      replies: [],
      notes: [],
    },
  ],
  ...more,
});

export const trip = (more: Partial<RoundTrip> = {}): RoundTrip => ({
  address: 'user@example.com',
  from: '',
  run: '00ff',
  startedAt: NOON,
  endedAt: minutesLater(1),
  waitMs: minutes(1),
  watched: ['/srv/mail/user'],
  paths: [tripPath({ state: 'arrived' })],
  left: [],
  forged: 0,
  ...more,
});

/** One that was accepted, and not seen. */
export const lostTrip = (): RoundTrip => trip({ paths: [tripPath({ state: 'lost-sight' })] });
