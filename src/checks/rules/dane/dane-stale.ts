// DANE-STALE: TLSA records that no certificate fits any more are taken away.
import { hostText } from '../../../dns/name.ts';
import { printData } from '../../../dns/records/registry.ts';
import { TYPE } from '../../../dns/types.ts';
import type { Rule } from '../../rule.ts';
import { exchange } from '../../subject.ts';
import { finding, notApplicable, pass, unknown, type Verdict } from '../../verdict.ts';
import { type DaneTalking, type DaneTalks, daneDialogues } from './dane-dialogues.ts';
import { shownAfter } from './dane-hosts.ts';
import { matchTlsa, USAGE } from './tlsa-match.ts';

/** The next key lies ready, as it should. */
const WAITING_MAX = 1;

export const daneStale: Rule = {
  id: 'DANE-STALE',
  title: 'No TLSA records of old keys are left',
  severity: 'notice',
  why:
    'Every TLSA record is a key that senders accept. One of a key that was given up, perhaps ' +
    'since somebody else had it, still lets that one pose as the host. One record that fits ' +
    'nothing is as it should be: that of the next key; records of authorities are not counted.',
  wrong:
    '_25._tcp.mail.example.com.  TLSA 3 1 1 9c07…   ; in use\n' +
    '_25._tcp.mail.example.com.  TLSA 3 1 1 1f3a…   ; of last year\n' +
    '_25._tcp.mail.example.com.  TLSA 3 1 1 07bb…   ; of the year before',
  right:
    '_25._tcp.mail.example.com.  TLSA 3 1 1 9c07…   ; in use\n' +
    '_25._tcp.mail.example.com.  TLSA 3 1 1 44de…   ; of the next key',
  remedy: 'Take away the records of keys that no host uses or will use.',
  sources: ['RFC 7671 §8.1'],
  *judge(about) {
    const talking = yield* daneDialogues(about);
    if (talking.kind === 'not-talked') return talking.verdicts;
    return talking.hosts.map((host) => judgeHost(talking, host));
  },
};

function judgeHost(talking: DaneTalking, of: DaneTalks): Verdict {
  const subject = exchange(of.host.host);
  const evidence = [of.host.tlsa.id, ...of.talks.map(({ id }) => id)];
  const shown = of.talks.map((talk) => talking.shownIn(of.host, talk));
  const seen = shown.filter((each) => each !== undefined);
  if (seen.length < shown.length || seen.length === 0) {
    return unknown(subject, 'its certificate was not seen at every address', evidence);
  }
  const unused = of.records.filter(
    (record) => !seen.some((each) => matchTlsa(record, each).kind === 'match'),
  );
  if (unused.length === of.records.length) {
    return notApplicable(subject, 'no record fits at all (DANE-MATCH)');
  }
  const old = unused.filter(({ usage }) => usage === USAGE.DANE_EE);
  if (old.length === 0) return pass(subject);
  if (old.length <= WAITING_MAX) {
    return pass(subject, 'one record fits no certificate yet: right, if it is of the next key');
  }
  const texts = old.map((record) => printData(record, TYPE.TLSA)).join(', ');
  const name = hostText(of.host.host);
  const says = `${old.length} TLSA records of ${name} fit no certificate: ${texts}`;
  return finding(subject, says, { actor: 'mail-host', shows: shownAfter(of.host), evidence });
}
