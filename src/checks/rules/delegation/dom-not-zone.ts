// DOM-NOT-ZONE: tells which zone the domain is in, where it has none of its own.
import { hostText, sameName } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { cannotAsk, isMissing, zoneAndMail } from './served-zone.ts';

export const domNotZone: Rule = {
  id: 'DOM-NOT-ZONE',
  title: 'The domain is the top of a zone',
  severity: 'info',
  why:
    'Delegation, name servers and SOA belong to a zone. Where the domain is only a name in a ' +
    'larger zone, what is said of name servers here is about that zone; and where it is an ' +
    'alias, senders take the MX records of the name that it leads to.',
  wrong: 'mail.example.com.  CNAME example.net.   ; checked: mail.example.com',
  right: 'example.net.       SOA …                ; check example.net instead',
  remedy: 'Nothing is wrong. To see the whole of the zone, check the zone that is named here.',
  sources: ['RFC 1034 §3.6.2', 'RFC 1034 §4.2', 'RFC 5321 §5.1'],
  *judge(about) {
    if (about.self.walk.ok === false) return [cannotAsk(about)];
    const { zone: fact, mail } = yield* zoneAndMail(about);
    const { delegation } = fact;
    const domain = hostText(about.domain);
    if (isMissing(mail)) return [notApplicable(THE_DOMAIN, `${domain} does not exist`)];
    if (delegation.kind === 'failure') {
      return [unknown(THE_DOMAIN, delegation.because, [fact.id])];
    }
    const { lookup } = mail;
    const evidence = [fact.id, mail.id];
    const target = lookup.kind === 'failure' ? undefined : lookup.aliases.at(-1);
    if (target !== undefined) {
      const end = hostText(target);
      const says = `${domain} is an alias of ${end}: mail follows it, so check ${end} as well`;
      return [finding(THE_DOMAIN, says, { actor: 'domain', evidence })];
    }
    const zone = hostText(delegation.zone);
    if (sameName(delegation.zone, about.domain)) return [pass(THE_DOMAIN)];
    const says = `${domain} is a name in the zone ${zone}, whose name servers are judged here`;
    return [finding(THE_DOMAIN, says, { actor: 'domain', evidence })];
  },
};
