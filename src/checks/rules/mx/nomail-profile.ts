// MX-NOMAIL-PROFILE: a domain that takes no mail also says that it sends none, so that nobody can
// use its name.
import { hostText, type Name } from '../../../dns/name.ts';
import { TYPE } from '../../../dns/types.ts';
import type { DmarcPolicy } from '../../../policies/dmarc.ts';
import { discoverDmarc, dmarcNameOf } from '../../../policies/dmarc-discovery.ts';
import type { About } from '../../about.ts';
import { fromDns, type Inquiry, lookup } from '../../inquiry.ts';
import { below } from '../../published.ts';
import type { Rule } from '../../rule.ts';
import { named, THE_DOMAIN } from '../../subject.ts';
import { finding, isVerdict, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { noRoomFor, shownAfter, txtMend } from '../txt-record.ts';
import { intakeOf, unlisted } from './intake.ts';
import { sendingAt } from './sending.ts';

export const nomailProfile: Rule = {
  id: 'MX-NOMAIL-PROFILE',
  title: 'A domain without mail cannot be abused for mail',
  severity: 'warning',
  why:
    'A domain that is not used for mail is welcome to forgers, as long as nothing says that mail ' +
    'with its name is false. Three records say so: null MX, SPF and DMARC. The first two have ' +
    'rules of their own (MX-NULL, SPF-NOMAIL); this one looks whether DMARC closes the rest.',
  wrong:
    'example.com.         MX 0 .\n' +
    'example.com.         TXT "v=spf1 -all"\n' +
    '_dmarc.example.com.  TXT "v=DMARC1; p=quarantine"',
  right:
    'example.com.         MX 0 .\n' +
    'example.com.         TXT "v=spf1 -all"\n' +
    '*.example.com.       TXT "v=spf1 -all"\n' +
    '_dmarc.example.com.  TXT "v=DMARC1; p=reject"',
  remedy:
    'Publish all four records as they stand above. Nothing is lost by them: a domain that sends ' +
    'no mail has none that could be refused.',
  sources: ['RFC 7505 §4.2', 'RFC 7208 §10.1', 'RFC 9989 §4.7'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (intake.kind !== 'null') return [notApplicable(THE_DOMAIN, 'the domain has no null MX')];
    if (about.declared.senders.length > 0) {
      return [notApplicable(THE_DOMAIN, 'addresses are declared that send its mail')];
    }
    const sending = yield* sendingAt(about.domain);
    if (sending.kind === 'sends') {
      return [notApplicable(THE_DOMAIN, 'it sends mail, as its SPF record says')];
    }
    const policy = yield* policyOf(about);
    return isVerdict(policy)
      ? [policy]
      : [ofPolicy(about, policy), yield* ofNamesBelow(about, policy)];
  },
};

/** What DMARC asks receivers to do, with mail of the domain and of names below it. */
interface Policy {
  readonly name: Name;
  readonly own: DmarcPolicy;
  readonly below: DmarcPolicy;
  readonly evidence: readonly string[];
  readonly shows: ReturnType<typeof shownAfter>;
}

/** As RFC 9989 §4.10 finds it: of the domain, else of its organisation. */
function* policyOf({ domain }: About): Inquiry<Policy | Verdict> {
  const name = dmarcNameOf(domain);
  if (name === undefined) return noRoomFor('_dmarc');
  const fact = yield* lookup(name, TYPE.TXT);
  const subject = named(name);
  const found = yield* fromDns(discoverDmarc(domain));
  if (found.kind === 'failure') return unknown(subject, found.because, [fact.id]);
  if (found.kind === 'none') return notApplicable(subject, 'no DMARC record applies: DMARC-NONE');
  const { policy = 'none', subdomainPolicy = policy, isTesting } = found.at.record;
  const own = found.from === 'domain' ? policy : subdomainPolicy;
  // RFC 9989 §4.7: a policy that is only tested is not applied.
  if (isTesting || own === 'none') {
    return notApplicable(subject, 'its policy asks for nothing: DMARC-POLICY');
  }
  const shows = shownAfter(fact.lookup);
  return { name, own, below: subdomainPolicy, evidence: [fact.id], shows };
}

function ofPolicy({ domain }: About, { name, own, evidence, shows }: Policy): Verdict {
  const subject = named(name);
  if (own === 'reject') return pass(subject, undefined, evidence);
  const says = `${hostText(domain)} takes no mail, and its DMARC policy is ${own}, not reject`;
  const mend = txtMend(name, 'v=DMARC1; p=reject');
  return finding(subject, says, { actor: 'domain', ...mend, ...shows, evidence });
}

/** Names below the domain: DMARC rejects them, or a wildcard says that they send nothing. */
function* ofNamesBelow(about: About, policy: Policy): Inquiry<Verdict> {
  const subject = named(`*.${about.domain}`);
  const name = below(about.unknownRecipient, about.domain);
  if (policy.below === 'reject' || name === undefined) {
    return pass(subject, undefined, policy.evidence);
  }
  const sending = yield* sendingAt(name);
  const { evidence } = sending;
  if (sending.kind === 'failure') return unknown(subject, sending.because, evidence);
  if (sending.kind === 'silent') return pass(subject, undefined, evidence);
  const says = `nothing says that names below ${hostText(about.domain)} send no mail`;
  const mend = { kind: 'record', text: `*.${about.domain} TXT "v=spf1 -all"` } as const;
  return finding(subject, says, { severity: 'info', actor: 'domain', mend, evidence });
}
