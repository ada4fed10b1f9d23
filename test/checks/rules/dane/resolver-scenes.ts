// Scenes in which the resolver of this machine does not prove DNSSEC, or in which it cannot be told.
import type { Scene } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';

export const validating = (ok: boolean | undefined, because: string): Pick<Scene, 'about'> => ({
  about: {
    self: {
      hostname: nameOf('checker.example.net'),
      families: { ipv4: true, ipv6: true },
      addresses: [],
      walk: { ok: true, because: 'a root server answered' },
      validates: ok === undefined ? { because } : { ok, because },
      reverse: { because: 'there is no global address here' },
    },
  },
});

export const PROVES_NOTHING = validating(false, '192.0.2.1 is not on this machine');

export const NOT_PROVED =
  'unknown example.com: DNSSEC cannot be judged from here: 192.0.2.1 is not on this machine';
