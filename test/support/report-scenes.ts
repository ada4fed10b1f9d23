// Scenes for tests of reports: a domain that is well, one that is broken in many ways, one whose
// names are Chinese, one that takes no mail, one that nobody can see.
import { instantAt } from '../../src/base/time.ts';
import type { RecordedFact } from '../../src/checks/fact.ts';
import type { Judgement } from '../../src/checks/judge.ts';
import { OBSERVATION_FORMAT, type Observation } from '../../src/checks/observation.ts';
import { type Report, reportOf } from '../../src/checks/report.ts';
import type { Rule } from '../../src/checks/rule.ts';
import { notApplicable, type Severity, type Verdict } from '../../src/checks/verdict.ts';
import { aboutOf, failure, SCENE_NOW, type Scene } from './scene.ts';
import { shown } from './scene-tls.ts';
import { nameOf } from './zones.ts';

const HOSTS = 'mail A 192.0.2.10\nmail AAAA 2001:db8::10\nbackup A 198.51.100.20\n';

export const GOOD: Scene = {
  zones: {
    'example.com': [
      `@ MX 10 mail\n@ MX 20 backup\n${HOSTS}`,
      '@ TXT "v=spf1 mx include:_spf.example.net -all"',
      '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"',
    ].join('\n'),
    'example.net': '_spf TXT "v=spf1 ip4:192.0.2.0/24 -all"',
  },
  hosts: {
    'mail.example.com': { tls: shown() },
    'backup.example.com': { tls: shown({ names: ['backup.example.com'] }) },
  },
};

export const BROKEN: Scene = {
  zones: {
    'example.com': [
      `@ MX 10 mail\n@ MX 20 other\n@ MX 30 gone\n@ MX 40 backup\n${HOSTS}other CNAME mail`,
      '@ TXT "v=spf1 include:example.com ip4:192.0.2.300 -all"',
      '_dmarc TXT "v=DMARC1; p=bogus"\n_mta-sts TXT "v=STSv1; id=1"',
    ].join('\n'),
  },
  servers: { 'ns2.example.com 192.0.2.54': 'timeout', 'ns1.example.com 2001:db8::53': 'refused' },
  hosts: {
    'mail.example.com': {
      connect: { kind: 'failed', failure: 'refused', because: 'connection refused', tookMs: 3 },
    },
    'backup.example.com': {
      replies: { postmaster: '450 4.2.0 Greylisted, try later', greeting: '220 backup' },
      tls: shown({ names: ['other.example.com'], validDays: 35, because: 'ALTNAME_INVALID' }),
    },
  },
};

export const CHINESE: Scene = {
  about: { domain: nameOf('中国.测试') },
  zones: {
    'xn--fiqs8s.xn--0zwm56d':
      '@ MX 10 mail\nmail A 192.0.2.10\n@ TXT "v=spf1 a:\\228\\184\\173 -all"',
  },
  hosts: {
    'mail.xn--fiqs8s.xn--0zwm56d': { replies: { greeting: '554 \xe4\xb8\xad\xe6\x96\x87' } },
  },
};

const NO_MAIL: Scene = {
  zones: { 'example.com': '@ MX 0 .\n@ TXT "v=spf1 -all"\n_dmarc TXT "v=DMARC1; p=reject"' },
  about: { mayAskRecipients: false },
};

const UNSEEN: Scene = {
  zones: { 'example.com': '' },
  lookups: {
    'example.com MX': failure(),
    'example.com TXT': failure(),
    '_dmarc.example.com TXT': failure(),
  },
  delegations: {
    'example.com': {
      kind: 'failure',
      failure: 'timeout',
      at: nameOf('com'),
      because: 'no server of com answered',
    },
  },
  egress: { open: false, because: 'port 25 is closed here' },
  about: {
    self: {
      ...aboutOf().self,
      families: { ipv4: true, ipv6: false },
      walk: { ok: false, because: 'no root server answered' },
      validates: { because: 'the resolver does not prove anything' },
    },
  },
};

export const SCENES = { GOOD, BROKEN, CHINESE, NO_MAIL, UNSEEN } as const;

/** An observation with these facts alone. */
export const observationWith = (facts: readonly RecordedFact[] = []): Observation => ({
  format: OBSERVATION_FORMAT,
  program: '1.2.3',
  about: aboutOf(),
  endedAt: instantAt(SCENE_NOW + 2_500),
  facts,
});

/** A rule whose verdicts are given beside it. */
export const ruleOf = (id: string, severity: Severity): Rule => ({
  id,
  title: 'It is well',
  severity,
  why: 'Mail waits.',
  wrong: '@ MX 10 1.2.3.4',
  right: '@ MX 10 mail',
  remedy: 'Mend it.',
  sources: ['RFC 5321 §5.1'],
  // biome-ignore lint/correctness/useYield: it asks nothing.
  *judge() {
    return [notApplicable({ kind: 'domain' }, 'it is given')];
  },
});

/** A report of given verdicts, by rule: `['MX-ONE', 'error', verdict, …]`. */
export function reportWith(
  observation: Observation,
  ...judged: readonly (readonly [id: string, severity: Severity, ...Verdict[]])[]
): Report {
  const judgements = judged.map(
    ([id, severity, ...verdicts]): Judgement => ({ rule: ruleOf(id, severity), verdicts }),
  );
  return reportOf(observation, judgements);
}
