// Rules about the certificates that mail hosts show.
import type { Rule } from '../../rule.ts';
import { certAhead } from './ahead.ts';
import { caaMx } from './caa-mx.ts';
import { certChain } from './chain.ts';
import { certExpiry } from './expiry.ts';
import { certKey } from './key.ts';
import { certName } from './name.ts';
import { certPerAddr } from './per-addr.ts';
import { certSig } from './sig.ts';

export const CERTIFICATE_RULES: readonly Rule[] = [
  certName,
  certChain,
  certExpiry,
  certAhead,
  certKey,
  certSig,
  certPerAddr,
  caaMx,
];
