// Rules about what others say of the domain, and what they could take from it.
import type { Rule } from '../../rule.ts';
import { dangling } from './dangling.ts';
import { dnsblDomain } from './dnsbl-domain.ts';
import { dnsblIp } from './dnsbl-ip.ts';
import { dnsblListsRot } from './dnsbl-lists-rot.ts';

export const REPUTATION_RULES: readonly Rule[] = [dangling, dnsblIp, dnsblDomain, dnsblListsRot];
