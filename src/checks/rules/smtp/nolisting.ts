// SMTP-NOLISTING: the best exchange refuses while a worse one accepts. Some do that on purpose,
// against spam; it cannot be told from a mail server that is down, so it is said and not blamed.
import { hostText } from '../../../dns/name.ts';
import type { Rule } from '../../rule.ts';
import { exchange, THE_DOMAIN } from '../../subject.ts';
import { finding, notApplicable, pass, unknown } from '../../verdict.ts';
import { byRank, ranksOf } from './ranks.ts';
import { reached, type Talk } from './reachable.ts';

export const smtpNolisting: Rule = {
  id: 'SMTP-NOLISTING',
  title: 'The best exchange takes connections itself',
  severity: 'notice',
  why:
    'Where the best exchange refuses connections every sender must fall through to the next. All ' +
    'mail then depends on the backup, each message takes longer, and a few senders never try ' +
    'the second host.',
  wrong: 'example.com. MX 10 closed.example.com.   ; refuses\nexample.com. MX 20 mail.example.com.',
  right: 'example.com. MX 10 mail.example.com.',
  remedy:
    'Start the mail server of the best exchange. If it refuses on purpose, put the host that ' +
    'takes the mail first: greylisting does the same work and needs no dead exchange.',
  sources: ['RFC 5321 §5.1'],
  *judge(about) {
    const ranks = yield* ranksOf(about);
    const found = yield* reached(about);
    if (found.kind === 'nowhere') return [found.verdict];
    const { primaries, backups } = byRank(found.talks, ranks);
    const [best] = primaries;
    if (!best || backups.length === 0) {
      return [notApplicable(THE_DOMAIN, 'the domain has no exchange of another preference')];
    }
    const subject = exchange(best.host);
    if (primaries.some(({ obstacle }) => !obstacle)) return [pass(subject)];
    const next = backups.find(({ obstacle }) => !obstacle);
    if (!next || !primaries.every(isRefusal)) {
      return [unknown(subject, best.obstacle?.because ?? '', [best.id])];
    }
    const [from, to] = [hostText(best.host), hostText(next.host)];
    const says = `${from} refuses connections, and senders fall through to ${to}`;
    const evidence = [...primaries.map(({ id }) => id), next.id];
    return [finding(subject, says, { actor: 'domain', evidence })];
  },
};

const isRefusal = ({ obstacle, dialogue: { connect } }: Talk): boolean =>
  obstacle?.by === 'host' && connect.kind === 'failed' && connect.failure === 'refused';
