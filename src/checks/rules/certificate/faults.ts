// What may be wrong with the certificate that a host shows, each fault in the words of the rules:
// those about certificates tell it where senders do not look, STS-CERT where they do.
import { between, type Instant, printDuration, printInstant } from '../../../base/time.ts';
import { hostText } from '../../../dns/name.ts';
import { readCertificate } from './read.ts';
import type { Shown } from './shown.ts';

type Seen = Pick<Shown, 'talk' | 'tls' | 'own'>;

export interface CertificateFault {
  /** Follows the host: `shows a certificate that …`. */
  readonly says: string;
  /** What to do. */
  readonly mend: string;
}

/** Names beyond these are left out of a sentence. */
const NAMES_MAX = 120;

export function nameFault({ talk, own }: Seen): CertificateFault | undefined {
  if (own.nameFor(talk.host) !== undefined) return undefined;
  const mend = `use a certificate with the alternative name ${hostText(talk.host)}`;
  const { names, commonName } = own;
  if (names === '') {
    // RFC 9525 §2: the common name is no name of a host any more.
    const common = `its common name is ${commonName ?? 'empty'}`;
    return { says: `shows a certificate without alternative names (${common})`, mend };
  }
  const shown = names.length > NAMES_MAX ? `${names.slice(0, NAMES_MAX)}…` : names;
  return { says: `shows a certificate for other names (${shown})`, mend };
}

export const dayOf = (at: Instant): string => printInstant(at).slice(0, 10);

export function dateFault({ own }: Pick<Seen, 'own'>, now: Instant): CertificateFault | undefined {
  const mend = 'renew the certificate and have the mail server load it';
  if (own.to < now) {
    const ago = printDuration(between(own.to, now));
    return { says: `shows a certificate that expired on ${dayOf(own.to)}, ${ago} ago`, mend };
  }
  if (own.from <= now) return undefined;
  return { says: `shows a certificate that is valid only from ${printInstant(own.from)}`, mend };
}

const IS_NAME = /ALTNAME|HOSTNAME_MISMATCH|does not match|altnames/i;
const IS_DATE = /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|has expired|not yet valid/i;
const IS_LOST =
  /UNABLE_TO_(?:VERIFY_LEAF|GET_ISSUER)|unable to (?:verify the first|get (?:local )?issuer)/i;

/** That no authority vouches for it; its own name and dates are not meant. */
export function chainFault(shown: Seen, now: Instant): CertificateFault | undefined {
  const { own, tls } = shown;
  const { because = 'not trusted', chain, verified } = tls;
  // The name is looked at after the chain, so that the chain was good.
  if (verified || IS_NAME.test(because)) return undefined;
  if (IS_DATE.test(because) && dateFault(shown, now)) return undefined;
  const isAlone = chain.length === 1;
  const mend =
    isAlone && !own.isSelfSigned
      ? 'send the certificates between the own one and the authority too (fullchain.pem)'
      : 'use a certificate of an authority that is commonly trusted';
  const fault = (what: string): CertificateFault => ({
    says: `shows a certificate that ${what}`,
    mend,
  });
  if (own.isSelfSigned) return fault('signed itself');
  const others = chain.slice(1).flatMap((der) => readCertificate(der) ?? []);
  if (others.some(({ to }) => to < now)) {
    return fault(`comes with one that has expired (${because})`);
  }
  if (!IS_LOST.test(because)) return fault(`is not trusted (${because})`);
  const { organization, commonName } = own.issuer;
  return isAlone
    ? fault(`comes without that of its issuer, ${commonName ?? organization ?? 'not named'}`)
    : fault(`leads to no trusted authority (${because})`);
}
