// One attempt along a route, against hosts whose conversations are scripted: who is tried in which
// order, in how many transactions, what is recorded, and what becomes of each recipient.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FingerpostEvent } from '../../src/base/events.ts';
import { seconds } from '../../src/base/time.ts';
import { type Attempt, type AttemptParts, attempt } from '../../src/delivery/attempt.ts';
import type { Conversations } from '../../src/delivery/conversations.ts';
import { HostMemory } from '../../src/delivery/host-memory.ts';
import { Pace } from '../../src/delivery/pace.ts';
import type { Transaction } from '../../src/delivery/transaction.ts';
import { HEALTH_DEFAULTS } from '../../src/routing/health.ts';
import type { Target } from '../../src/routing/target.ts';
import type { Ending } from '../../src/smtp/ending.ts';
import { reply } from '../../src/smtp/reply.ts';
import { falseClock } from '../support/false-clock.ts';
import { type LeasedOptions, leased } from '../support/leased-mail.ts';
import { type QuestionText, question } from '../support/routing.ts';

/** What a host makes of a transaction. */
type Host = (transaction: Transaction, tls: boolean) => Ending;

const said = (code: number) => reply(code, undefined, `said ${code}`);

/** Each recipient is answered by `rcpt`; `final` follows where one was accepted. */
const answers =
  (rcpt: (recipient: string, index: number) => number, final = 250, eightBit = false): Host =>
  ({ recipients }) => {
    const told = recipients.map((recipient, index) => ({
      recipient,
      reply: said(rcpt(recipient, index)),
    }));
    const hasAccepted = told.some((each) => each.reply.code < 400);
    return {
      kind: 'transaction',
      mail: said(250),
      recipients: told,
      ...(hasAccepted ? { data: said(354), final: said(final) } : {}),
      eightBitUnannounced: eightBit,
    };
  };
const takes = answers(() => 250);
const greets =
  (code: number): Host =>
  () => ({ kind: 'refused', phase: 'greeting', reply: said(code) });
const breaks =
  (phase: 'connect' | 'body' | 'final'): Host =>
  ({ recipients }) => ({
    kind: 'broken',
    phase,
    because: 'reset',
    timeout: false,
    recipients:
      phase === 'connect' ? [] : recipients.map((recipient) => ({ recipient, reply: said(250) })),
  });
const tlsFails: Host = (transaction, tls) =>
  tls ? { kind: 'tls-failed', because: 'no shared cipher' } : takes(transaction, tls);

const EXAMPLE: QuestionText = {
  mx: [
    [10, 'mail.example.com'],
    [20, 'backup.example.com'],
  ],
  at: { 'mail.example.com': '192.0.2.1', 'backup.example.com': '192.0.2.2' },
};

function setUp(hosts: Readonly<Record<string, Host>>, asked: QuestionText = EXAMPLE) {
  const clock = falseClock();
  const events: FingerpostEvent[] = [];
  const log: string[] = [];
  const woken: string[] = [];
  const converse = async (target: Target, tls: boolean, transaction: Transaction) => {
    const count = transaction.recipients.length;
    log.push(`${target.host}${tls ? '' : ' in clear'} ${count}`);
    const ending = (hosts[target.host] ?? takes)(transaction, tls);
    return { ending, replies: [], reused: false };
  };
  const parts: AttemptParts = {
    clock,
    chance: { bytes: (length) => new Uint8Array(length), integer: () => 0 },
    events: { emit: (event) => void events.push(event) },
    conversations: { converse } as unknown as Conversations,
    memory: new HostMemory({
      clock,
      events: { emit: () => {} },
      settings: HEALTH_DEFAULTS,
      probe: async () => undefined,
      wake: (domains) => void woken.push(...domains),
    }),
    pace: new Pace({ perSiteMax: 1, waitingPerSiteMax: 0 }),
    local: {
      deliver: async (_, to) => ({ kind: 'delivered', reply: reply(250, '2.0.0', to.address) }),
    },
    ask: async () => question(asked),
    deferOnTransient: new Set(['later.example']),
  };
  return { clock, events, log, woken, parts };
}

interface Walked {
  readonly log: readonly string[];
  readonly made: Attempt;
  /** `a delivered 250 by mail.example.com`, for each recipient. */
  readonly ended: readonly string[];
}

async function walk(
  hosts: Readonly<Record<string, Host>>,
  given: LeasedOptions = {},
  asked?: QuestionText,
): Promise<Walked> {
  const { log, parts } = setUp(hosts, asked);
  const message = leased(given);
  const made = await attempt(parts, message, message.recipients);
  assert.ok(made !== 'busy');
  const ended = made.ended.map(({ recipient, outcome, host }) => {
    const doubt = outcome.kind === 'deferred' && outcome.possibleDuplicate ? ' perhaps twice' : '';
    const by = host === undefined ? '' : ` by ${host}`;
    return `${recipient.address.split('@')[0]} ${outcome.kind}${doubt} ${outcome.reply.code}${by}`;
  });
  return { log, made, ended };
}

const [MAIL, BACKUP] = ['mail.example.com', 'backup.example.com'];
const many = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `user${index}@example.com`);

describe('along the targets', () => {
  const ROWS: readonly (readonly [
    sentence: string,
    hosts: Readonly<Record<string, Host>>,
    log: readonly string[],
    ended: string,
  ])[] = [
    ['the first takes it: no other is asked', {}, [`${MAIL} 1`], `user delivered 250 by ${MAIL}`],
    [
      'no connection: the next',
      { [MAIL]: breaks('connect') },
      [`${MAIL} 1`, `${BACKUP} 1`],
      `user delivered 250 by ${BACKUP}`,
    ],
    [
      'greeting 5xx: the next',
      { [MAIL]: greets(554) },
      [`${MAIL} 1`, `${BACKUP} 1`],
      `user delivered 250 by ${BACKUP}`,
    ],
    [
      'every target greets 5xx: failed',
      { [MAIL]: greets(554), [BACKUP]: greets(521) },
      [`${MAIL} 1`, `${BACKUP} 1`],
      'user failed 554',
    ],
    [
      'no target is left: later',
      { [MAIL]: greets(554), [BACKUP]: breaks('connect') },
      [`${MAIL} 1`, `${BACKUP} 1`],
      'user deferred 451',
    ],
    [
      '4xx after the dot: the next',
      { [MAIL]: answers(() => 250, 451) },
      [`${MAIL} 1`, `${BACKUP} 1`],
      `user delivered 250 by ${BACKUP}`,
    ],
    [
      '5xx to RCPT: failed, no other is asked',
      { [MAIL]: answers(() => 550) },
      [`${MAIL} 1`],
      `user failed 550 by ${MAIL}`,
    ],
    [
      'dropped before the dot: the next',
      { [MAIL]: breaks('body') },
      [`${MAIL} 1`, `${BACKUP} 1`],
      `user delivered 250 by ${BACKUP}`,
    ],
    [
      'the reply after the dot is lost: no other host in this attempt',
      { [MAIL]: breaks('final') },
      [`${MAIL} 1`],
      `user deferred perhaps twice 451 by ${MAIL}`,
    ],
    [
      'TLS fails: the same host in clear',
      { [MAIL]: tlsFails },
      [`${MAIL} 1`, `${MAIL} in clear 1`],
      `user delivered 250 by ${MAIL}`,
    ],
  ];
  for (const [sentence, hosts, log, ended] of ROWS) {
    it(sentence, async () => {
      const walked = await walk(hosts);
      assert.deepEqual(walked.log, log);
      assert.deepEqual(walked.ended, [ended]);
      assert.equal(walked.made.tries.length, log.length, 'every try is recorded');
    });
  }

  it('4xx in a transaction is later where the operator chose so', async () => {
    const later = { recipients: ['user@later.example'] };
    const { log, ended } = await walk({ [MAIL]: answers(() => 450) }, later);
    assert.deepEqual([log, ended], [[`${MAIL} 1`], [`user deferred 450 by ${MAIL}`]]);
  });

  it('every recipient goes its own way', async () => {
    const codes: Readonly<Record<string, number>> = { a: 250, b: 550, c: 450 };
    const first = answers((recipient) => codes[recipient.split('@')[0] ?? ''] ?? 0);
    const recipients = ['a@example.com', 'b@example.com', 'c@example.com'];
    const { log, ended } = await walk({ [MAIL]: first }, { recipients });
    assert.deepEqual(log, [`${MAIL} 3`, `${BACKUP} 1`]);
    assert.deepEqual(ended.toSorted(), [
      `a delivered 250 by ${MAIL}`,
      `b failed 550 by ${MAIL}`,
      `c delivered 250 by ${BACKUP}`,
    ]);
  });
});

describe('transactions', () => {
  it('hold at most 100 recipients', async () => {
    const { log, ended } = await walk({}, { recipients: many(250) });
    assert.deepEqual(log, [`${MAIL} 100`, `${MAIL} 100`, `${MAIL} 50`]);
    assert.equal(ended.filter((each) => each.includes(' delivered ')).length, 250);
  });

  it('leave those that are too many to the next one, at the same host', async () => {
    for (const code of [452, 552]) {
      const two = answers((_, index) => (index < 2 ? 250 : code));
      const { log, ended } = await walk({ [MAIL]: two }, { recipients: many(5) });
      assert.deepEqual(log, [`${MAIL} 5`, `${MAIL} 3`, `${MAIL} 1`]);
      assert.ok(ended.every((each) => each.includes(` delivered 250 by ${MAIL}`)));
    }
  });

  it('that end in 421 take the rest along to the next host', async () => {
    const closing = answers(() => 250, 421);
    const { log, ended } = await walk({ [MAIL]: closing }, { recipients: many(150) });
    assert.deepEqual(log, [`${MAIL} 100`, `${BACKUP} 100`, `${BACKUP} 50`]);
    assert.equal(new Set(ended).size, 150);
    assert.ok(ended.every((each) => each.includes(` delivered 250 by ${BACKUP}`)));
  });
});

describe('what is recorded', () => {
  const notesOf = ({ made }: Walked) => made.tries.map(({ notes }) => notes);

  it('that it went in clear', async () => {
    assert.deepEqual(notesOf(await walk({ [MAIL]: tlsFails })), [
      [],
      ['in clear: TLS failed before'],
    ]);
  });
  it('that 8-bit text went to a server without 8BITMIME', async () => {
    const walked = await walk({ [MAIL]: answers(() => 250, 250, true) });
    assert.deepEqual(notesOf(walked), [['8-bit text to a server without 8BITMIME']]);
    assert.deepEqual(walked.ended, [`user delivered 250 by ${MAIL}`]);
  });
  it('the question and the route, and each target that was tried', async () => {
    const { made } = await walk({ [MAIL]: breaks('connect') });
    assert.deepEqual(made.question, question(EXAMPLE));
    assert.equal(made.route.kind, 'hosts');
    assert.deepEqual(
      made.tries.map(({ host, address, port, preference, ending }) => [
        host,
        address,
        port,
        preference,
        ending,
      ]),
      [
        [MAIL, '192.0.2.1', 25, 10, 'no connection: reset'],
        [BACKUP, '192.0.2.2', 25, 20, 'answered 250 said 250'],
      ],
    );
  });
  it('all replies of hosts that greet 5xx, for the bounce', async () => {
    const { made } = await walk({ [MAIL]: greets(554), [BACKUP]: greets(521) });
    assert.deepEqual(made.ended[0]?.outcome.reply.lines, [
      `${MAIL}: 554 said 554`,
      `${BACKUP}: 521 said 521`,
    ]);
  });
});

describe('without hosts', () => {
  it('here: delivered on this machine', async () => {
    const ours = { role: 'primary', deliverTo: { kind: 'maildir', path: './mail' } } as const;
    const { log, ended } = await walk({}, { recipients: many(2) }, { ours });
    assert.deepEqual([log, ended], [[], ['user0 delivered 250', 'user1 delivered 250']]);
  });
  it('never: failed', async () => {
    const { log, ended } = await walk({}, {}, { mx: [[0, '.']] });
    assert.deepEqual([log, ended], [[], ['user failed 556']]);
  });
  it('later: deferred', async () => {
    const { log, ended } = await walk({}, {}, { mx: 'servfail' });
    assert.deepEqual([log, ended], [[], ['user deferred 451']]);
  });
});

describe('the memory of bad hosts', () => {
  it('learns of a host that is down, and wakes what waits when it answers', async () => {
    const { parts, clock, woken } = setUp({
      [MAIL]: breaks('connect'),
      [BACKUP]: breaks('connect'),
    });
    const message = leased();
    await attempt(parts, message, message.recipients);
    const addresses = parts.memory.all().map(({ address }) => address);
    assert.deepEqual(addresses.toSorted(), ['192.0.2.1', '192.0.2.2']);
    await clock.advance(seconds(30));
    assert.ok(woken.includes('example.com'));
  });

  it('learns nothing bad of a host that speaks', async () => {
    const { parts } = setUp({ [MAIL]: answers(() => 450), [BACKUP]: answers(() => 550) });
    const message = leased();
    await attempt(parts, message, message.recipients);
    assert.deepEqual(parts.memory.all(), []);
  });
});

it('a site that has no room says so, and nothing is tried', async () => {
  const { parts, log } = setUp({});
  const message = leased();
  const [first, second] = await Promise.all([
    attempt(parts, message, message.recipients),
    attempt(parts, message, message.recipients),
  ]);
  assert.ok(first !== 'busy');
  assert.equal(second, 'busy');
  assert.deepEqual(log, [`${MAIL} 1`]);
});
