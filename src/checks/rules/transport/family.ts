// Rules about how mail is to be carried to the domain: MTA-STS and the reports about TLS.
import type { Rule } from '../../rule.ts';
import { stsCert } from './sts-cert.ts';
import { stsFetch } from './sts-fetch.ts';
import { stsMode } from './sts-mode.ts';
import { stsMxMatch } from './sts-mx-match.ts';
import { stsPolicy } from './sts-policy.ts';
import { stsRecord } from './sts-record.ts';
import { stsVsDane } from './sts-vs-dane.ts';
import { tlsRptRecord } from './tlsrpt-record.ts';
import { tlsRptRua } from './tlsrpt-rua.ts';

export const TRANSPORT_RULES: readonly Rule[] = [
  stsRecord,
  stsFetch,
  stsPolicy,
  stsMxMatch,
  stsCert,
  stsMode,
  stsVsDane,
  tlsRptRecord,
  tlsRptRua,
];
