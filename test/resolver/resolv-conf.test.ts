// Which servers a resolv.conf names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printEndpoint } from '../../src/base/ip.ts';
import { parseResolvConf } from '../../src/resolver/resolv-conf.ts';

const TEXTS: readonly (readonly [string, string, readonly string[]])[] = [
  ['one', 'nameserver 192.0.2.1\n', ['192.0.2.1:53']],
  ['no newline at the end', 'nameserver 192.0.2.1', ['192.0.2.1:53']],
  ['CRLF', 'nameserver 192.0.2.1\r\nnameserver 192.0.2.2\r\n', ['192.0.2.1:53', '192.0.2.2:53']],
  ['IPv6, in canonical form', 'nameserver 2001:DB8:0::1\n', ['[2001:db8::1]:53']],
  ['tabs and a remark', 'nameserver\t 192.0.2.1  # ours\n', ['192.0.2.1:53']],
  ['a scope', 'nameserver fe80::1%eth0\nnameserver 192.0.2.1\n', ['192.0.2.1:53']],
  ['remarks', '# nameserver 192.0.2.1\n;nameserver 192.0.2.2\n', ['127.0.0.1:53']],
  ['nothing', '', ['127.0.0.1:53']],
  ['other things', 'search example.com\noptions edns0\nnameservers 192.0.2.1\n', ['127.0.0.1:53']],
  ['no address', 'nameserver\nnameserver dns.example.com\n', ['127.0.0.1:53']],
  [
    'three at most',
    'nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n',
    ['192.0.2.1:53', '192.0.2.2:53', '192.0.2.3:53'],
  ],
];

for (const [title, text, expected] of TEXTS) {
  test(`resolv.conf: ${title}`, () => {
    assert.deepEqual(parseResolvConf(text).map(printEndpoint), expected);
  });
}
