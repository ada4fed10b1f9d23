// Where the walk begins on the internet: the addresses of the thirteen root servers, as IANA lists
// them (https://www.iana.org/domains/root/servers). They change about once in ten years, and one
// that answers is enough.
import { type Endpoint, type IpAddress, parseIp } from '../base/ip.ts';

const DNS_PORT = 53;

/** a.root-servers.net to m.root-servers.net. */
const ADDRESSES: readonly (readonly [ipv4: string, ipv6: string])[] = [
  ['198.41.0.4', '2001:503:ba3e::2:30'],
  ['170.247.170.2', '2801:1b8:10::b'],
  ['192.33.4.12', '2001:500:2::c'],
  ['199.7.91.13', '2001:500:2d::d'],
  ['192.203.230.10', '2001:500:a8::e'],
  ['192.5.5.241', '2001:500:2f::f'],
  ['192.112.36.4', '2001:500:12::d0d'],
  ['198.97.190.53', '2001:500:1::53'],
  ['192.36.148.17', '2001:7fe::53'],
  ['192.58.128.30', '2001:503:c27::2:30'],
  ['193.0.14.129', '2001:7fd::1'],
  ['199.7.83.42', '2001:500:9f::42'],
  ['202.12.27.33', '2001:dc3::35'],
];

function addressOf(text: string): IpAddress {
  const address = parseIp(text);
  if (!address) throw new TypeError(`not an address: ${text}`);
  return address;
}

/** All of them, at both of their addresses. */
export const ROOT_SERVERS: readonly Endpoint[] = ADDRESSES.flat().map((text) => ({
  address: addressOf(text),
  port: DNS_PORT,
}));
