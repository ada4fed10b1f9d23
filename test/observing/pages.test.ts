// Fetching pages: which names, addresses and ports are asked, and what is told where none is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IpAddress } from '../../src/base/ip.ts';
import { seconds } from '../../src/base/time.ts';
import type { Page } from '../../src/checks/fact.ts';
import type { HttpsEnding, HttpsRequest } from '../../src/net/network.ts';
import { createPages, type PagesOptions } from '../../src/observing/pages.ts';
import { lookupsFrom } from '../support/lookups.ts';

const URL_TEXT = 'https://mta-sts.example.com/.well-known/mta-sts.txt';
const NOT_FOUND: HttpsEnding = {
  kind: 'failed',
  stage: 'connect',
  because: '203.0.113.1: connection refused',
};

interface Fetched {
  readonly page: Page;
  readonly requests: readonly HttpsRequest[];
}

async function fetched(
  url: string,
  records: Readonly<Record<string, string>>,
  more: Partial<PagesOptions> = {},
): Promise<Fetched> {
  const requests: HttpsRequest[] = [];
  const request = async (wanted: HttpsRequest): Promise<HttpsEnding> => {
    requests.push(wanted);
    return NOT_FOUND;
  };
  const pages = createPages({
    https: { request },
    lookup: lookupsFrom(records),
    families: { ipv4: true, ipv6: true },
    global: ['203.0.113.0/24', '2001:db8::/32'],
    port: 443,
    ...more,
  });
  return { page: await pages.fetch(url), requests };
}

const name = (because: string): Page => ({ kind: 'failed', stage: 'name', because });
const connect = (because: string): Page => ({ kind: 'failed', stage: 'connect', because });

describe('a page', () => {
  test('is asked for at no more than three addresses, of both families', async () => {
    const { page, requests } = await fetched(URL_TEXT, {
      'mta-sts.example.com A': '203.0.113.1 203.0.113.2 203.0.113.3',
      'mta-sts.example.com AAAA': '2001:db8::1 2001:db8::2',
    });
    assert.deepEqual(page, { ...NOT_FOUND, failure: 'refused' });
    assert.deepEqual(requests, [
      {
        url: new URL(URL_TEXT),
        method: 'GET',
        headers: { 'user-agent': 'fingerpost', accept: '*/*' },
        addresses: ['203.0.113.1', '2001:db8::1', '203.0.113.2'],
        port: 443,
        timeout: seconds(30),
        bytesMax: 65_536,
      },
    ]);
  });

  test('is given as it came', async () => {
    const answered: HttpsEnding = {
      kind: 'answered',
      address: '203.0.113.1' as IpAddress,
      status: 301,
      headers: { location: 'https://elsewhere.example/' },
      body: Uint8Array.of(1),
      isCut: false,
    };
    const { page } = await fetched(
      URL_TEXT,
      { 'mta-sts.example.com A': '203.0.113.1' },
      { https: { request: async () => answered } },
    );
    assert.deepEqual(page, answered);
  });

  test('is asked for where one family is unknown and the other is not', async () => {
    const { requests } = await fetched(URL_TEXT, {
      'mta-sts.example.com A': 'failure',
      'mta-sts.example.com AAAA': '2001:db8::1',
    });
    assert.deepEqual(requests[0]?.addresses, ['2001:db8::1']);
  });

  test('may stand at an address', async () => {
    const v4 = await fetched('https://203.0.113.9/', {});
    const v6 = await fetched('https://[2001:db8::9]/', {});
    assert.deepEqual(v4.requests[0]?.addresses, ['203.0.113.9']);
    assert.deepEqual(v6.requests[0]?.addresses, ['2001:db8::9']);
  });

  test('of a closed world is asked for on its port', async () => {
    const records = { 'mta-sts.example.com A': '203.0.113.1' };
    const { requests } = await fetched(URL_TEXT, records, { port: 8443 });
    assert.equal(requests[0]?.port, 8_443);
  });

  const failures: readonly (readonly [string, string, Readonly<Record<string, string>>, Page])[] = [
    ['a name that does not exist', URL_TEXT, {}, name('mta-sts.example.com does not exist')],
    [
      'a name without address',
      URL_TEXT,
      { 'mta-sts.example.com TXT': 'x' },
      name('mta-sts.example.com has no address'),
    ],
    [
      'a name that cannot be looked up',
      URL_TEXT,
      { 'mta-sts.example.com A': 'failure' },
      name('mta-sts.example.com could not be looked up: nobody answered'),
    ],
    [
      'private addresses',
      URL_TEXT,
      { 'mta-sts.example.com A': '10.0.0.1 127.0.0.1' },
      connect(
        '10.0.0.1 is no public address: private use (RFC 1918); ' +
          '127.0.0.1 is no public address: loopback (RFC 1122)',
      ),
    ],
    [
      'a private address in the URL',
      'https://[::1]/',
      {},
      connect('::1 is no public address: loopback (RFC 4291)'),
    ],
    ['another scheme', 'http://example.com/', {}, connect('nothing but https is fetched')],
    [
      'another port',
      'https://example.com:8443/',
      {},
      connect('nothing but port 443 is connected to'),
    ],
    ['what is no URL', 'https://', {}, name('this is no URL')],
    [
      'what is no host name',
      `https://${'a'.repeat(64)}.example/`,
      {},
      name(`${'a'.repeat(64)}.example is no host name`),
    ],
  ];
  for (const [what, url, records, expected] of failures) {
    test(`is not asked for: ${what}`, async () => {
      const { page, requests } = await fetched(url, records);
      assert.deepEqual(page, expected);
      assert.deepEqual(requests, []);
    });
  }

  test('is not asked for by a family without a route', async () => {
    const records = { 'mta-sts.example.com AAAA': '2001:db8::1 2001:db8::2' };
    const families = { ipv4: true, ipv6: false };
    const { page } = await fetched(URL_TEXT, records, { families });
    assert.deepEqual(page, connect('this machine has no route for IPv6'));
  });
});
