// What becomes of recipients after an attempt: delivered, waiting, bounced or unreported, each told
// once and never by a bounce to nobody.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { after, between, type Duration, days, hours, minutes } from '../../src/base/time.ts';
import {
  type Decision,
  decide,
  type Ended,
  type NoticeMaker,
  type NoticeRecipient,
  settlementOf,
} from '../../src/delivery/settle.ts';
import type { LeasedMessage, Settlement } from '../../src/queue/message.ts';
import type { Outcome } from '../../src/routing/outcome.ts';
import { RETRY_DEFAULTS } from '../../src/routing/retry.ts';
import { reply } from '../../src/smtp/reply.ts';
import { leased, recipient } from '../support/leased-mail.ts';
import { mail, messageId, NOON } from '../support/queued-mail.ts';

const delivered: Outcome = { kind: 'delivered', reply: reply(250, '2.0.0', 'Ok') };
const failed: Outcome = { kind: 'failed', reply: reply(550, '5.1.1', 'No such user') };
const deferred: Outcome = {
  kind: 'deferred',
  reply: reply(451, '4.3.0', 'Later'),
  possibleDuplicate: false,
};

interface Told {
  readonly action: string;
  readonly recipients: readonly NoticeRecipient[];
}

interface Settled {
  readonly settlement: Settlement;
  readonly told: readonly Told[];
}

/** Decides and settles an attempt that ended `age` after the message came. */
function settle(message: LeasedMessage, outcomes: readonly Outcome[], age: Duration): Settled {
  const now = after(message.receivedAt, age);
  const context = { now, schedule: RETRY_DEFAULTS, seed: 1 };
  const told: Told[] = [];
  const notice: NoticeMaker = (_, action, recipients) => {
    told.push({ action, recipients });
    return mail(100 + told.length, { sender: '', recipients: [message.sender] });
  };
  const decisions: Decision[] = outcomes.map((outcome, index) => {
    const ended: Ended = { recipient: message.recipients[index] ?? recipient('?'), outcome };
    return decide(message, ended, context);
  });
  const settlement = settlementOf(message, decisions, { now, tries: [], ledger: [], notice });
  return { settlement, told };
}

/** `0 bounced, 1 waiting; bounced 101 of 0`. */
function printSettled({ settlement }: Settled): string {
  const states = settlement.recipients.map(({ number, state, delayReported }) =>
    delayReported === true ? `${number} ${state} told` : `${number} ${state}`,
  );
  const entries = settlement.ledger.map((entry) => {
    const id = entry.kind === 'bounced' ? entry.bounceId : '';
    const notice = entry.kind === 'delay-reported' ? entry.noticeId : id;
    return `; ${entry.kind} ${notice.slice(-3)} of ${entry.recipients.join(' ')}`;
  });
  return states.join(', ') + entries.join('');
}

const two = leased({ recipients: ['a@example.com', 'b@example.com'] });
const bounce = leased({ sender: '', recipients: ['a@example.com', 'b@example.com'] });
const reported = leased({ recipients: [recipient('a@example.com', { delayReported: true })] });

describe('what becomes of recipients', () => {
  const ROWS: readonly (readonly [
    sentence: string,
    message: LeasedMessage,
    outcomes: readonly Outcome[],
    age: Duration,
    settled: string,
  ])[] = [
    ['delivered', two, [delivered, delivered], minutes(0), '0 delivered, 1 delivered'],
    [
      'failed: bounced',
      two,
      [delivered, failed],
      minutes(0),
      '0 delivered, 1 bounced; bounced 101 of 1',
    ],
    [
      'several failed: one bounce',
      two,
      [failed, failed],
      minutes(0),
      '0 bounced, 1 bounced; bounced 101 of 0 1',
    ],
    ['deferred: waiting', two, [deferred, delivered], minutes(0), '0 waiting, 1 delivered'],
    [
      'never a bounce to the null sender',
      bounce,
      [failed, delivered],
      minutes(0),
      '0 unreported, 1 delivered; unreported  of 0',
    ],
    [
      'deferred for 5 days: bounced',
      two,
      [deferred, delivered],
      days(5),
      '0 bounced, 1 delivered; bounced 101 of 0',
    ],
    [
      'a bounce deferred for 1 day: unreported',
      bounce,
      [deferred, deferred],
      days(1),
      '0 unreported, 1 unreported; unreported  of 0 1',
    ],
    [
      'a bounce deferred for less: waiting, and nobody is told',
      bounce,
      [deferred],
      hours(23),
      '0 waiting',
    ],
    ['deferred for less than 4 h: nobody is told', two, [deferred], hours(3), '0 waiting'],
    [
      'deferred for 4 h: the sender is told',
      two,
      [deferred, delivered],
      hours(4),
      '0 waiting told, 1 delivered; delay-reported 101 of 0',
    ],
    [
      'several late: one notice',
      two,
      [deferred, deferred],
      hours(5),
      '0 waiting told, 1 waiting told; delay-reported 101 of 0 1',
    ],
    ['who was told once is not told again', reported, [deferred], days(2), '0 waiting'],
    [
      'failed and late together: a bounce and a notice',
      two,
      [failed, deferred],
      hours(4),
      '0 bounced, 1 waiting told; bounced 101 of 0; delay-reported 102 of 1',
    ],
  ];
  for (const [sentence, message, outcomes, age, settled] of ROWS) {
    it(sentence, () => assert.equal(printSettled(settle(message, outcomes, age)), settled));
  }
});

describe('a settlement', () => {
  it('holds the notices that it speaks of, and no other', () => {
    const { settlement, told } = settle(two, [failed, deferred], hours(4));
    assert.deepEqual(
      settlement.notices.map(({ id }) => id),
      [messageId(101), messageId(102)],
    );
    assert.deepEqual(
      told.map(({ action, recipients }) => [action, recipients[0]?.address]),
      [
        ['failed', 'a@example.com'],
        ['delayed', 'b@example.com'],
      ],
    );
    assert.ok(settlement.notices.every(({ sender }) => sender === ''));
  });

  it('keeps the reason, and when it will be tried again', () => {
    const { settlement } = settle(two, [deferred, failed], minutes(1));
    const [waiting, lost] = settlement.recipients;
    assert.equal(waiting?.lastReason, '451 4.3.0 Later');
    assert.equal(lost?.lastReason, '550 5.1.1 No such user');
    const pause = between(after(NOON, minutes(1)), waiting?.nextAttemptAt ?? NOON);
    assert.ok(Math.abs(pause - minutes(5)) <= minutes(0.5), `${pause}`);
    assert.ok(settlement.recipients.every(({ attempted }) => attempted));
  });

  it('counts the attempt that just ended', () => {
    const third = leased({ recipients: [recipient('a@example.com', { attempts: 2 })] });
    const { settlement } = settle(third, [deferred], hours(1));
    const at = settlement.recipients[0]?.nextAttemptAt ?? NOON;
    const pause = between(after(NOON, hours(1)), at);
    assert.ok(Math.abs(pause - minutes(20)) <= minutes(2), `${pause}`);
    assert.equal(settle(third, [failed], hours(1)).told[0]?.recipients[0]?.attempts, 3);
  });

  it('that gives up says for how long it was tried', () => {
    const { settlement } = settle(two, [deferred], days(5));
    assert.equal(settlement.recipients[0]?.lastReason, 'not delivered after 5 d: 451 4.3.0 Later');
  });

  it('carries the ledger that it was given', () => {
    const entry = { kind: 'held', at: NOON, recipients: [0], reason: 'so' } as const;
    const notice: NoticeMaker = () => assert.fail('nobody is to be told');
    const context = { now: NOON, tries: [], ledger: [entry], notice };
    assert.deepEqual(settlementOf(two, [], context).ledger, [entry]);
  });
});

it('every recipient is settled once, whatever the outcomes', () => {
  const outcomes = fc.array(fc.constantFrom(delivered, failed, deferred), {
    minLength: 1,
    maxLength: 6,
  });
  const ages = fc.integer({ min: 0, max: 6 * 24 }).map(hours);
  const senders = fc.constantFrom('', 'sender@example.org');
  fc.assert(
    fc.property(outcomes, ages, senders, (ended, age, sender) => {
      const recipients = ended.map((_, number) => `user${number}@example.com`);
      const { settlement, told } = settle(leased({ sender, recipients }), ended, age);
      assert.deepEqual(
        settlement.recipients.map(({ number }) => number),
        ended.map((_, number) => number),
      );
      const count = (state: string): number =>
        settlement.recipients.filter((each) => each.state === state).length;
      const done = count('delivered') + count('bounced') + count('unreported') + count('waiting');
      assert.equal(done, ended.length, 'there is no fifth way');
      assert.equal(count(sender === '' ? 'bounced' : 'unreported'), 0);
      const bounced = told.find(({ action }) => action === 'failed')?.recipients.length ?? 0;
      assert.equal(bounced, count('bounced'));
      if (sender === '') assert.deepEqual(settlement.notices, []);
      for (const { state, nextAttemptAt } of settlement.recipients) {
        if (state === 'waiting') assert.ok((nextAttemptAt ?? 0) > after(NOON, age));
      }
    }),
  );
});
