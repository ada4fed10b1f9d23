// The page of an MTA-STS policy for example.com, as a scene serves it.
import type { IpAddress } from '../../src/base/ip.ts';
import type { Page } from '../../src/checks/fact.ts';
import { printStsPolicy, type StsMode } from '../../src/policies/mta-sts.ts';

/** By its URL, with a policy that names `mail.example.com`. */
export function stsPage(mode: StsMode): Record<string, Page> {
  const policy = { version: 'STSv1', mode, patterns: ['mail.example.com'] } as const;
  return {
    'https://mta-sts.example.com/.well-known/mta-sts.txt': {
      kind: 'answered',
      address: '192.0.2.80' as IpAddress,
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from(printStsPolicy({ ...policy, maxAgeSeconds: 604_800 })),
      isCut: false,
    },
  };
}
