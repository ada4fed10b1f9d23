// The words for what goes wrong with sockets.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Endpoint, IpAddress } from '../../src/base/ip.ts';
import { inWords, listenFailed, tlsInWords } from '../../src/net/words.ts';

const coded = (code: string): Error => Object.assign(new Error('as it came'), { code });

test('failures are put in words, unknown ones as they came', () => {
  assert.equal(inWords(coded('EHOSTUNREACH')), 'no route to host');
  assert.equal(inWords(coded('ENOVELTY')), 'as it came');
  assert.equal(inWords('a text'), 'a text');
  assert.equal(tlsInWords(Object.assign(coded('ERR_SSL'), { reason: 'no cipher' })), 'no cipher');
  assert.equal(tlsInWords(coded('ECONNRESET')), 'connection reset by peer');
  const said = 'write EPROTO 40F3:error:0A00010B:SSL routines:f:wrong version number:a.c:78:\n';
  assert.equal(tlsInWords(new Error(said)), 'wrong version number');
});

describe('a listen that failed names endpoint, reason and mend', () => {
  const at: Endpoint = { address: '2001:db8::1' as IpAddress, port: 25 };
  const cases = [
    ['EADDRINUSE', /\[2001:db8::1\]:25 \(TCP\): another program listens there\. Stop it/],
    ['EACCES', /below 1024 needs root or CAP_NET_BIND_SERVICE\. Grant one/],
    ['EADDRNOTAVAIL', /this machine has no such address\. Choose/],
    ['EAFNOSUPPORT', /does not speak that address family\. Remove/],
    ['ENOTSUP', /cannot share a port among threads\. Use one/],
    ['ENOVELTY', /: as it came\.$/],
  ] as const;
  for (const [code, expected] of cases) {
    test(code, () => {
      const error = listenFailed('TCP', at, coded(code));
      assert.equal(error.code, 'LISTEN_FAILED');
      assert.match(error.message, expected);
      assert.deepEqual(error.context, { ...at, protocol: 'TCP', reason: code });
      assert.ok(error.cause instanceof Error);
    });
  }
});
