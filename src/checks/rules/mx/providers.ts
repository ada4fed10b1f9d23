// Names behind which a large provider keeps many machines: one exchange there is no single host,
// however few addresses it shows. Matched by the end of the name; it is no list of good providers,
// only of those for whom counting addresses says nothing.
import { hostText, isBelow, type Name, parseName } from '../../../dns/name.ts';

const SUFFIXES: readonly string[] = [
  // Google
  'smtp.google.com',
  'l.google.com',
  'googlemail.com',
  // Microsoft 365, and Outlook.com
  'mail.protection.outlook.com',
  'mx.microsoft',
  'olc.protection.outlook.com',
  'eo.outlook.com',
  // Apple, Yahoo, Amazon, Cloudflare
  'mail.icloud.com',
  'yahoodns.net',
  'amazonaws.com',
  'mx.cloudflare.net',
  // filters and hosts of mail
  'pphosted.com',
  'ppe-hosted.com',
  'mimecast.com',
  'iphmx.com',
  'messagelabs.com',
  'barracudanetworks.com',
  'messagingengine.com',
  'mailgun.org',
  'sendgrid.net',
  'zoho.com',
  'zoho.eu',
  'yandex.net',
  'mail.ru',
];

const NAMES: readonly Name[] = SUFFIXES.map((suffix) => {
  const name = parseName(`${suffix}.`);
  if (typeof name !== 'string') throw new TypeError(`not a name: ${suffix}`);
  return name;
});

export const isLargeProvider = (host: Name): boolean =>
  NAMES.some((suffix) => isBelow(host, suffix));

/** Why nothing is counted there, in words. */
export const providedBy = (host: Name): string =>
  `${hostText(host)} belongs to a provider with many machines behind one name`;
