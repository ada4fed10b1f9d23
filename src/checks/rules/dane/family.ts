// Rules about DNSSEC, and about DANE, which stands on it.
import type { Rule } from '../../rule.ts';
import { daneMatch } from './dane-match.ts';
import { daneNxproof } from './dane-nxproof.ts';
import { danePresent } from './dane-present.ts';
import { daneRollover } from './dane-rollover.ts';
import { daneSecure } from './dane-secure.ts';
import { daneStale } from './dane-stale.ts';
import { daneUsage } from './dane-usage.ts';
import { secResolver } from './sec-resolver.ts';
import { secSigned } from './sec-signed.ts';
import { secValid } from './sec-valid.ts';

export const DANE_RULES: readonly Rule[] = [
  secResolver,
  secSigned,
  secValid,
  danePresent,
  daneSecure,
  daneNxproof,
  daneMatch,
  daneUsage,
  daneRollover,
  daneStale,
];
