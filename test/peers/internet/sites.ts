// The web servers that MTA-STS policies come from (RFC 8461 §3.3).
import { type Address, at } from './addresses.ts';

export interface SitePlan {
  readonly domain: string;
  readonly address: Address;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** A certificate for this name instead of that of the policy host. */
  readonly shows?: string;
}

export function policy(mode: string, exchanges: readonly string[], maxAge = 604_800): string {
  const lines = [`mode: ${mode}`, ...exchanges.map((mx) => `mx: ${mx}`), `max_age: ${maxAge}`];
  return ['version: STSv1', ...lines, ''].join('\r\n');
}

const GOOD = policy('enforce', ['*.post.test']);

const PLANS: readonly Omit<SitePlan, 'address'>[] = [
  { domain: 'othername.test', body: policy('enforce', ['othername.post.test']) },
  { domain: 'sts.test', body: policy('enforce', ['mx1.post.test', '*.post.example']) },
  { domain: 'stsother.test', body: policy('enforce', ['mx2.post.test']) },
  {
    domain: 'stsmoved.test',
    status: 301,
    headers: { location: 'https://mta-sts.sts.test/.well-known/mta-sts.txt' },
    body: '',
  },
  { domain: 'stscert.test', body: GOOD, shows: 'www.stscert.test' },
  { domain: 'stsmissing.test', status: 404, body: 'Not found\n' },
  { domain: 'stsgarbled.test', body: 'version: STSv1\r\nmode: always\r\nmx: mx1.post.test\r\n' },
  { domain: 'ststwice.test', body: GOOD },
];

export const SITES: readonly SitePlan[] = PLANS.map((plan, each) => ({
  ...plan,
  address: at(80, each + 1),
}));

/** The records of a domain with a policy. */
export function stsRecords(
  domain: string,
  records = '_mta-sts TXT "v=STSv1; id=20240101"',
): string {
  const site = SITES.find((plan) => plan.domain === domain);
  if (!site) throw new Error(`no site for ${domain}`);
  return `${records}\nmta-sts A ${site.address.v4}\nmta-sts AAAA ${site.address.v6}`;
}
