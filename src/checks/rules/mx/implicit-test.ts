// MX-IMPLICIT-TEST: where the domain is its own exchange, somebody must answer SMTP there.

import { hostText } from '../../../dns/name.ts';
import type { Dialogue } from '../../../smtp/probe.ts';
import { printReply } from '../../../smtp/reply.ts';
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import {
  finding,
  notApplicable,
  pass,
  unknown,
  unknownReply,
  type Verdict,
} from '../../verdict.ts';
import { reached, type Talk } from '../smtp/reachable.ts';
import { listText } from '../words.ts';
import { intakeOf, unlisted } from './intake.ts';
import { isSilent, sendingAt } from './sending.ts';

export const implicitTest: Rule = {
  id: 'MX-IMPLICIT-TEST',
  title: 'A domain without MX records takes mail at its own address',
  severity: 'error',
  why:
    'Without MX records mail goes to the address of the domain itself. When only a web server is ' +
    'there, senders try for days before they return the mail.',
  wrong: 'example.com.  A 192.0.2.80      ; a web server, port 25 refuses',
  right: 'example.com.  A 192.0.2.80\nexample.com.  MX 10 mail.example.com.',
  remedy: 'Name the host that takes the mail in an MX record; if there is none, publish MX 0 .',
  sources: ['RFC 5321 §5.1', 'RFC 7505 §1'],
  *judge(about) {
    const intake = yield* intakeOf(about);
    if (intake.kind === 'failure') return [unlisted(intake)];
    if (intake.kind !== 'implicit') {
      return [notApplicable(THE_DOMAIN, 'the domain is not its own exchange')];
    }
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    const { talks, wayOut } = found;
    const evidence = [...talks.map(({ id }) => id), ...(wayOut ? [wayOut.id] : [])];
    if (talks.some(({ dialogue }) => greetingOf(dialogue)?.code === 220)) {
      return [pass(THE_DOMAIN, undefined, evidence)];
    }
    const open = talks.find((talk) => !isDead(talk));
    if (open) return [notTold(open, evidence)];
    const sending = yield* sendingAt(about.domain);
    const places = listText(talks.map(({ subject }) => subject.address));
    const says =
      `${hostText(about.domain)} has no MX records, and nobody takes mail at its own ` +
      `${talks.length > 1 ? 'addresses' : 'address'} ${places}: ${endingOf(talks)}`;
    return [
      finding(THE_DOMAIN, says, {
        severity: isSilent(sending) ? 'notice' : 'error',
        actor: 'domain',
        mend: { kind: 'record', text: `${about.domain} MX 0 .` },
        evidence,
      }),
    ];
  },
};

const greetingOf = ({ steps }: Dialogue) => steps.find(({ name }) => name === 'greeting')?.reply;

/** No connection, and not for our sake; or a host that says that it never takes mail. */
function isDead({ obstacle, dialogue }: Talk): boolean {
  // RFC 7504 §3
  return obstacle ? obstacle.by === 'host' : greetingOf(dialogue)?.code === 521;
}

function notTold({ obstacle, dialogue }: Talk, evidence: readonly string[]): Verdict {
  const { address, steps } = dialogue;
  if (obstacle) return unknown(THE_DOMAIN, `${address}: ${obstacle.because}`, evidence);
  const greeting = greetingOf(dialogue);
  if (greeting) {
    return unknownReply(THE_DOMAIN, `${address} does not greet us`, greeting, evidence);
  }
  return unknown(THE_DOMAIN, `${address}: ${steps[0]?.because ?? 'no greeting came'}`, evidence);
}

function endingOf([first]: readonly Talk[]): string {
  const greeting = first && greetingOf(first.dialogue);
  return greeting ? printReply(greeting) : (first?.obstacle?.because ?? 'no connection');
}
