// The names by which well-known authorities look for themselves in CAA records, by the organization
// that stands in their certificates. Whoever is not here is unknown, and nothing is said of it.
import type { Certificate } from './read.ts';

interface Authority {
  /** In the organization of the issuer, in lower case. */
  readonly organization: RegExp;
  /** Any of them permits it; the first is the one to publish. */
  readonly domains: readonly [string, ...string[]];
}

// As the practice statements of the authorities list them (§4.2 of each), and the CCADB.
const AUTHORITIES: readonly Authority[] = [
  {
    organization: /^(?:let's encrypt|internet security research group)$/,
    domains: ['letsencrypt.org'],
  },
  {
    organization: /^(?:sectigo|comodo ca|the usertrust network|zerossl)\b/,
    domains: [
      'sectigo.com',
      'usertrust.com',
      'trust-provider.com',
      'comodoca.com',
      'comodo.com',
      'entrust.net',
      'affirmtrust.com',
      'zerossl.com',
    ],
  },
  {
    organization: /^(?:digicert|geotrust|thawte|rapidssl|quovadis)\b/,
    domains: [
      'digicert.com',
      'www.digicert.com',
      'digicert.ne.jp',
      'cybertrust.ne.jp',
      'symantec.com',
      'geotrust.com',
      'rapidssl.com',
      'thawte.com',
      'quovadisglobal.com',
      'digitalcertvalidation.com',
      'volusion.digitalcertvalidation.com',
      'stratossl.digitalcertvalidation.com',
      'intermediatecertificate.digitalcertvalidation.com',
      '1and1.digitalcertvalidation.com',
      'amazon.com',
      'amazontrust.com',
      'awstrust.com',
      'amazonaws.com',
      'pkioverheid.nl',
      'www.pkioverheid.nl',
    ],
  },
  { organization: /^google trust services\b/, domains: ['pki.goog', 'google.com'] },
  { organization: /^globalsign\b/, domains: ['globalsign.com'] },
  {
    organization: /^(?:godaddy|starfield technologies)\b/,
    domains: ['godaddy.com', 'starfieldtech.com', 'amazon.com'],
  },
  {
    organization: /^amazon\b/,
    domains: ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com', 'aws.amazon.com'],
  },
  {
    organization: /^(?:entrust|affirmtrust)\b/,
    domains: ['entrust.net', 'affirmtrust.com', 'entrust.com', 'sectigo.com', 'ssl.com'],
  },
  { organization: /^buypass\b/, domains: ['buypass.com', 'buypass.no'] },
  { organization: /^ssl corp/, domains: ['ssl.com', 'entrust.net', 'affirmtrust.com'] },
  { organization: /^actalis\b/, domains: ['actalis.it'] },
  {
    organization: /^hellenic academic and research institutions\b/,
    domains: ['harica.gr'],
  },
  { organization: /^swisssign\b/, domains: ['swisssign.com'] },
  { organization: /^identrust\b/, domains: ['identrust.com'] },
  { organization: /^asseco data systems\b/, domains: ['certum.pl', 'certum.eu'] },
  {
    organization: /^(?:deutsche telekom|t-systems)\b/,
    domains: ['telesec.de', 'pki.dfn.de', 'dfn.de'],
  },
  { organization: /^d-trust\b/, domains: ['d-trust.net', 'dtrust.de', 'd-trust.de'] },
];

/** What CAA records must name for this issuer, the usual name first. */
export function caaDomainsOf({ organization }: Certificate['issuer']): readonly string[] {
  const name = organization?.trim().toLowerCase() ?? '';
  return AUTHORITIES.find((each) => each.organization.test(name))?.domains ?? [];
}
