// The code in a probe: HMAC-SHA256 under a key that is made for one run and never leaves it, over
// what is stamped in and the address it is for. Who has seen one probe cannot make another.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Chance } from '../base/random.ts';

export interface Token {
  sign(text: string): string;
  /** Takes as long for a wrong code as for the right one. */
  isSigned(text: string, mac: string): boolean;
}

const KEY_BYTES = 32;

export function newToken(chance: Chance, address: string): Token {
  const key = chance.bytes(KEY_BYTES);
  const macOf = (text: string): Buffer =>
    createHmac('sha256', key).update(`${text}\n${address}`).digest();
  return {
    sign: (text) => macOf(text).toString('base64url'),
    isSigned(text, mac) {
      const given = Buffer.from(mac, 'base64url');
      const right = macOf(text);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
