// Notices to a program, by HTTPS: a JSON body, signed with a shared secret so that the receiver
// knows who sent it and that nobody changed it. The signature covers the time, so that an old one
// cannot be sent again.
//
//   POST /path
//   fingerpost-timestamp: 1764590400
//   fingerpost-signature: sha256=HEX      HMAC-SHA-256 of "TIMESTAMP.BODY"
import { createHmac } from 'node:crypto';
import { fromUtf8 } from '../base/bytes.ts';
import { type Clock, seconds } from '../base/time.ts';
import { type Name, parseName } from '../dns/name.ts';
import type { HttpsDoor } from '../net/network.ts';
import type { Resolver } from '../resolver/resolver.ts';
import { lookupAddresses } from '../resolver/typed-lookup.ts';
import { obstacleTo, type Reach } from './reach.ts';
import type { Batch } from './watch-store.ts';

export interface WebhookOptions extends Reach {
  readonly url: string;
  readonly secret: string;
  readonly https: HttpsDoor;
  readonly lookup: Resolver['lookup'];
  readonly clock: Clock;
}

const TIMEOUT = seconds(30);
const ANSWER_BYTES_MAX = 4_096;
const HTTPS_PORT = 443;

/** Sends one batch; rejects for any answer but 2xx. No redirect is followed. */
export async function sendWebhook(options: WebhookOptions, batch: Batch): Promise<void> {
  const { url: text, secret, https, clock } = options;
  const url = new URL(text);
  const host = parseName(url.hostname);
  if (typeof host !== 'string') throw new Error(`${url.hostname} is no host name`);
  const { number: id, domain, notices } = batch;
  const body = JSON.stringify({ format: 'fingerpost-notices-1', id, domain, notices });
  const timestamp = Math.floor(clock.now() / 1_000);
  const ending = await https.request({
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'fingerpost',
      'fingerpost-timestamp': String(timestamp),
      'fingerpost-signature': `sha256=${signatureOf(secret, timestamp, body)}`,
    },
    body: fromUtf8(body),
    addresses: await addressesOf(host, options),
    port: url.port === '' ? HTTPS_PORT : Number(url.port),
    timeout: TIMEOUT,
    bytesMax: ANSWER_BYTES_MAX,
  });
  if (ending.kind === 'failed') throw new Error(`${url.host}: ${ending.because}`);
  if (ending.status < 200 || ending.status > 299) {
    throw new Error(`${url.host} answered ${ending.status}`);
  }
}

export const signatureOf = (secret: string, timestamp: number, body: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');

async function addressesOf(host: Name, options: WebhookOptions) {
  const found = await Promise.all([
    lookupAddresses(options, host, 'A'),
    lookupAddresses(options, host, 'AAAA'),
  ]);
  const addresses = found.flatMap((each) => (each.kind === 'records' ? each.records : []));
  const open = addresses.filter((address) => obstacleTo(address, options) === undefined);
  if (open.length > 0) return open;
  throw new Error(`${host} has no address that can be connected to`);
}
