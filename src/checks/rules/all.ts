// Every rule, family by family, in the order in which a report tells them.
import type { Rule } from '../rule.ts';
import { CERTIFICATE_RULES } from './certificate/family.ts';
import { DANE_RULES } from './dane/family.ts';
import { DELEGATION_RULES } from './delegation/family.ts';
import { DKIM_RULES } from './dkim/family.ts';
import { DMARC_RULES } from './dmarc/family.ts';
import { IDENTITY_RULES } from './identity/family.ts';
import { MX_RULES } from './mx/family.ts';
import { REPUTATION_RULES } from './reputation/family.ts';
import { SMTP_RULES } from './smtp/family.ts';
import { SPF_RULES } from './spf/family.ts';
import { TRANSPORT_RULES } from './transport/family.ts';

export const RULES: readonly Rule[] = [
  ...DELEGATION_RULES,
  ...MX_RULES,
  ...SMTP_RULES,
  ...CERTIFICATE_RULES,
  ...DANE_RULES,
  ...IDENTITY_RULES,
  ...SPF_RULES,
  ...DKIM_RULES,
  ...DMARC_RULES,
  ...TRANSPORT_RULES,
  ...REPUTATION_RULES,
];
