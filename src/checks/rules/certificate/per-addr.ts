// CERT-PER-ADDR: a host shows the same certificate at each of its addresses.
import { printInstant } from '../../../base/time.ts';
import { hostText, nameKey } from '../../../dns/name.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { reached, type Talk } from '../smtp/reachable.ts';
import { type Demands, demandsOf } from './demands.ts';
import { type Shown, shownBy } from './shown.ts';

export const certPerAddr: Rule = {
  id: 'CERT-PER-ADDR',
  title: 'A mail host shows the same certificate at every address',
  severity: 'warning',
  why:
    'Behind one name there may be several machines. Where one of them missed a renewal, mail ' +
    'fails now and then, by which address a sender happened to choose, and nobody can say why.',
  wrong: 'mail.example.com 192.0.2.10: until 2026-08-20\nmail.example.com 2001:db8::10: expired',
  right: 'mail.example.com 192.0.2.10 and 2001:db8::10: the same certificate',
  remedy: 'Bring the renewed certificate to every machine behind the name.',
  sources: ['RFC 5321 §5.1', 'RFC 7671 §8.1'],
  *judge(about) {
    const demands = yield* demandsOf(about);
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    const groups = Map.groupBy(found.talks, ({ host }) => nameKey(host));
    const several = [...groups.values()].filter(({ length }) => length > 1);
    if (several.length === 0) {
      return [notApplicable(THE_DOMAIN, 'no mail host has several addresses')];
    }
    return several.flatMap((talks) => verdictOn(talks, demands, about));
  },
};

function verdictOn(talks: readonly Talk[], demands: Demands, about: About): readonly Verdict[] {
  const [first] = talks;
  if (!first) return [];
  const subject = exchange(first.host);
  const all = talks
    .filter(({ obstacle }) => !obstacle)
    .map((talk) => shownBy(talk, demands.on(talk.host)))
    .filter((each): each is Shown => 'own' in each);
  if (all.length < 2) {
    return [unknown(subject, 'fewer than two of its addresses showed a certificate')];
  }
  const evidence = all.map(({ talk }) => talk.id);
  const differing = [...Map.groupBy(all, ({ own }) => own.sha256).values()];
  if (differing.length === 1) return [pass(subject, undefined, evidence)];
  const parts = differing.map((group) => describe(group, about));
  const count = differing.length;
  const says = `${hostText(first.host)} shows ${count} certificates: ${parts.join('; ')}`;
  // Machines that renew each for itself are well as long as every certificate is.
  const areAllGood = all.every((shown) => isGood(shown, about));
  const severity = areAllGood ? 'info' : 'warning';
  return [finding(subject, says, { severity, actor: 'mail-host', evidence })];
}

function isGood({ tls, own, talk }: Shown, { now }: About): boolean {
  return tls.verified && own.nameFor(talk.host) !== undefined && own.to >= now && own.from <= now;
}

function describe(group: readonly Shown[], about: About): string {
  const addresses = group.map(({ talk }) => talk.subject.address).join(' and ');
  const [first] = group;
  if (!first) return addresses;
  const until = printInstant(first.own.to).slice(0, 10);
  const state = isGood(first, about) ? 'valid' : 'not valid';
  return `${addresses} ${state}, until ${until}`;
}
