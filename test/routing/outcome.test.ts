// What an attempt means (docs/behaviour.md): one row for each sentence, and that nobody is ever
// lost.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Circumstances,
  exhausted,
  judge,
  type SpentTry,
  type Verdict,
} from '../../src/routing/outcome.ts';
import type { LeftKind, Security } from '../../src/routing/target.ts';
import type { Ending, Phase, RecipientReply } from '../../src/smtp/ending.ts';
import { type Reply, reply } from '../../src/smtp/reply.ts';

/** Recipients `a`, `b`, … answered with these codes. */
type Codes = Readonly<Record<string, number>>;

const said = (code: number): Reply => reply(code, undefined, `said ${code}`);
const told = (codes: Codes): RecipientReply[] =>
  Object.entries(codes).map(([recipient, code]) => ({ recipient, reply: said(code) }));

const refused = (phase: Phase, code: number): Ending => ({
  kind: 'refused',
  phase,
  reply: said(code),
});
const broken = (phase: Phase, codes: Codes = {}, timeout = false): Ending => ({
  kind: 'broken',
  phase,
  because: timeout ? 'timed out' : 'reset',
  timeout,
  recipients: told(codes),
});
const tlsFailed: Ending = { kind: 'tls-failed', because: 'no shared cipher' };

interface Said {
  readonly mail?: number;
  readonly rcpt?: Codes;
  readonly data?: number;
  readonly final?: number;
}

/** A dialogue that ran to its end; what is not said went well. */
function ended({ mail = 250, rcpt = { a: 250 }, data, final }: Said): Ending {
  const isAccepted = mail < 400 && Object.values(rcpt).some((code) => code < 400);
  const dataCode = data ?? (isAccepted ? 354 : undefined);
  const finalCode = final ?? (dataCode === 354 ? 250 : undefined);
  return {
    kind: 'transaction',
    mail: said(mail),
    recipients: mail < 400 ? told(rcpt) : [],
    ...(dataCode === undefined ? {} : { data: said(dataCode) }),
    ...(finalCode === undefined ? {} : { final: said(finalCode) }),
    eightBitUnannounced: false,
  };
}

/** `a next 451, b failed 550; drop, bad, in clear`. */
function printVerdict({ recipients, connection, host, retryInClear }: Verdict): string {
  const each = recipients.map((verdict) => {
    const doubt = verdict.kind === 'deferred' && verdict.possibleDuplicate ? ' perhaps twice' : '';
    return `${verdict.recipient} ${verdict.kind}${doubt} ${verdict.reply.code}`;
  });
  return `${each.join(', ')}; ${connection}, ${host}${retryInClear ? ', in clear' : ''}`;
}

type Row = readonly [
  sentence: string,
  ending: Ending,
  verdict: string,
  circumstances?: Partial<Circumstances>,
];

function recipientsOf(ending: Ending): readonly string[] {
  const named = 'recipients' in ending ? ending.recipients.map(({ recipient }) => recipient) : [];
  return named.length > 0 ? named : ['a'];
}

function holds(rows: readonly Row[]): void {
  for (const [sentence, ending, verdict, circumstances] of rows) {
    it(sentence, () => {
      const judged = judge(ending, {
        recipients: recipientsOf(ending),
        security: { kind: 'opportunistic' },
        deferOnTransient: false,
        ...circumstances,
      });
      assert.equal(printVerdict(judged), verdict);
    });
  }
}

const ab = { recipients: ['a', 'b'] };
const byChoice = { deferOnTransient: true };

describe('no connection, time-out, greeting or EHLO with 4xx or 5xx, dropped: next target', () => {
  holds([
    ['no connection', broken('connect'), 'a next 451; drop, bad'],
    ['time-out of the connection', broken('connect', {}, true), 'a next 451; drop, bad'],
    ['no greeting in time', broken('greeting', {}, true), 'a next 451; drop, bad'],
    ['greeting 4xx', refused('greeting', 450), 'a next 450; drop, bad'],
    ['greeting 5xx', refused('greeting', 554), 'a next 554; drop, bad'],
    ['EHLO 4xx', refused('ehlo', 451), 'a next 451; drop, bad'],
    ['EHLO 5xx', refused('ehlo', 550), 'a next 550; drop, bad'],
    ['dropped in EHLO', broken('ehlo'), 'a next 451; drop, bad'],
    ['all recipients go on', refused('greeting', 554), 'a next 554, b next 554; drop, bad', ab],
    [
      'the switch for 4xx is about transactions only',
      refused('greeting', 450),
      'a next 450; drop, bad',
      byChoice,
    ],
  ]);
});

describe('dropped before the dot: next target', () => {
  holds([
    ...(['mail', 'rcpt', 'data', 'body'] as const).map(
      (phase): Row => [`dropped in ${phase}`, broken(phase), 'a next 451; drop, unchanged'],
    ),
    ['time-out in the body', broken('body', { a: 250 }, true), 'a next 451; drop, unchanged'],
    [
      'what RCPT had refused for good stays refused',
      broken('body', { a: 550, b: 250 }),
      'a failed 550, b next 451; drop, unchanged',
    ],
    [
      'what RCPT had put off goes on with its own reply',
      broken('body', { a: 450, b: 250 }),
      'a next 450, b next 451; drop, unchanged',
    ],
    [
      'what RCPT had put off is later where the operator chose so',
      broken('body', { a: 450, b: 250 }),
      'a deferred 450, b next 451; drop, unchanged',
      byChoice,
    ],
    [
      '552 after an accepted one is no refusal for good',
      broken('data', { a: 250, b: 552 }),
      'a next 451, b next 552; drop, unchanged',
    ],
    [
      '552 without an accepted one is',
      broken('rcpt', { a: 552 }),
      'a failed 552, b next 451; drop, unchanged',
      ab,
    ],
  ]);
});

describe('the reply after the dot is lost: later, no other host now, a possible duplicate', () => {
  holds([
    ['dropped', broken('final', { a: 250 }), 'a deferred perhaps twice 451; drop, unchanged'],
    [
      'no reply in time',
      broken('final', { a: 250 }, true),
      'a deferred perhaps twice 451; drop, unchanged',
    ],
    [
      'whoever was refused before has no copy there',
      broken('final', { a: 250, b: 550, c: 450, d: 452 }),
      'a deferred perhaps twice 451, b failed 550, c next 450, d next 452; drop, unchanged',
    ],
  ]);
});

describe('421 anywhere: drop the connection, next target', () => {
  holds([
    ['greeting', refused('greeting', 421), 'a next 421; drop, bad'],
    ['EHLO', refused('ehlo', 421), 'a next 421; drop, bad'],
    ['STARTTLS: not in clear', refused('starttls', 421), 'a next 421; drop, bad'],
    ['MAIL', ended({ mail: 421 }), 'a next 421; drop, well'],
    ['RCPT', ended({ rcpt: { a: 421 } }), 'a next 421; drop, well'],
    [
      'RCPT after an accepted one',
      ended({ rcpt: { a: 250, b: 421 }, data: 421 }),
      'a next 421, b next 421; drop, well',
    ],
    ['DATA', ended({ data: 421 }), 'a next 421; drop, well'],
    ['after the dot', ended({ final: 421 }), 'a next 421; drop, well'],
    [
      'even where a 4xx is later by choice',
      ended({ mail: 421 }),
      'a next 421; drop, well',
      byChoice,
    ],
    [
      'there is no new transaction for those that were too many',
      ended({ rcpt: { a: 250, b: 452, c: 552 }, final: 421 }),
      'a next 421, b next 452, c next 552; drop, well',
    ],
  ]);
});

describe('opportunistic TLS, and STARTTLS or the handshake fails: the same host, in clear', () => {
  /** DANE, MTA-STS `enforce` and REQUIRETLS will be of other kinds. */
  const strict = { security: { kind: 'dane' } as unknown as Security };
  holds([
    ['STARTTLS 4xx', refused('starttls', 454), 'a next 454; drop, unchanged, in clear'],
    ['STARTTLS 5xx', refused('starttls', 502), 'a next 502; drop, unchanged, in clear'],
    ['the handshake failed', tlsFailed, 'a next 451; drop, unchanged, in clear'],
    ['dropped at STARTTLS', broken('starttls'), 'a next 451; drop, unchanged, in clear'],
    ['no answer to it', broken('starttls', {}, true), 'a next 451; drop, unchanged, in clear'],
    ['dropped in the handshake', broken('handshake'), 'a next 451; drop, unchanged, in clear'],
    ['where TLS is a must: the next target', tlsFailed, 'a next 451; drop, unchanged', strict],
    [
      'where TLS is a must: never in clear',
      refused('starttls', 454),
      'a next 454; drop, unchanged',
      strict,
    ],
  ]);
});

describe('4xx to MAIL, RCPT, DATA or after the dot: next target', () => {
  const places: readonly (readonly [where: string, ending: Ending, code: number])[] = [
    ['MAIL', ended({ mail: 451 }), 451],
    ['MAIL 452', ended({ mail: 452 }), 452],
    ['RCPT', ended({ rcpt: { a: 450 } }), 450],
    ['RCPT 452, none accepted before', ended({ rcpt: { a: 452 } }), 452],
    ['DATA', ended({ data: 451 }), 451],
    ['after the dot', ended({ final: 451 }), 451],
  ];
  holds([
    ...places.map(([where, ending, code]): Row => [where, ending, `a next ${code}; keep, well`]),
    ...places.map(
      ([where, ending, code]): Row => [
        `${where}: later, where the operator chose so`,
        ending,
        `a deferred ${code}; keep, well`,
        byChoice,
      ],
    ),
  ]);
});

describe('5xx', () => {
  holds([
    [
      'to MAIL: all its recipients fail',
      ended({ mail: 550 }),
      'a failed 550, b failed 550; keep, well',
      ab,
    ],
    ['552 to MAIL is no exception', ended({ mail: 552 }), 'a failed 552; keep, well'],
    [
      'to RCPT: that one',
      ended({ rcpt: { a: 550, b: 250 } }),
      'a failed 550, b delivered 250; keep, well',
    ],
    [
      'no recipient left: there was no DATA',
      ended({ rcpt: { a: 550, b: 551 } }),
      'a failed 550, b failed 551; keep, well',
    ],
    [
      'to DATA: those that were accepted',
      ended({ rcpt: { a: 250, b: 450 }, data: 554 }),
      'a failed 554, b next 450; keep, well',
    ],
    [
      'after the dot: those that were accepted',
      ended({ rcpt: { a: 250, b: 550 }, final: 554 }),
      'a failed 554, b failed 550; keep, well',
    ],
    ['is never later by choice', ended({ final: 554 }), 'a failed 554; keep, well', byChoice],
  ]);
});

describe('452 or 552 to RCPT after an accepted one: the rest in a new transaction', () => {
  holds([
    [
      '452',
      ended({ rcpt: { a: 250, b: 452, c: 452 } }),
      'a delivered 250, b again 452, c again 452; keep, well',
    ],
    ['552', ended({ rcpt: { a: 250, b: 552 } }), 'a delivered 250, b again 552; keep, well'],
    [
      'not later by choice: the host has room for them',
      ended({ rcpt: { a: 250, b: 452 } }),
      'a delivered 250, b again 452; keep, well',
      byChoice,
    ],
    [
      'before an accepted one they mean what they say',
      ended({ rcpt: { a: 452, b: 552, c: 250, d: 452 } }),
      'a next 452, b failed 552, c delivered 250, d again 452; keep, well',
    ],
    [
      '552 without an accepted one: failed',
      ended({ rcpt: { a: 552 } }),
      'a failed 552; keep, well',
    ],
    [
      'the accepted ones were refused after the dot: the rest is still said',
      ended({ rcpt: { a: 250, b: 452 }, final: 550 }),
      'a failed 550, b again 452; keep, well',
    ],
  ]);
});

describe('delivered', () => {
  holds([
    ['250 after the dot', ended({}), 'a delivered 250; keep, well'],
    [
      '251 to RCPT is a yes',
      ended({ rcpt: { a: 251, b: 252 } }),
      'a delivered 250, b delivered 250; keep, well',
    ],
  ]);
});

const codes = fc.constantFrom(220, 250, 251, 354, 421, 450, 451, 452, 500, 550, 552, 554);
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const someReplies = fc.array(
  fc.record({ recipient: fc.constantFrom(...NAMES, 'x'), reply: codes.map(said) }),
  { maxLength: 7 },
);
const phases = fc.constantFrom<Phase>(
  ...(['connect', 'greeting', 'ehlo', 'starttls', 'handshake'] as const),
  ...(['mail', 'rcpt', 'data', 'body', 'final'] as const),
);

const endings: fc.Arbitrary<Ending> = fc.oneof(
  fc.record({ kind: fc.constant('refused'), phase: phases, reply: codes.map(said) }),
  fc.record({
    kind: fc.constant('broken'),
    phase: phases,
    because: fc.string(),
    timeout: fc.boolean(),
    recipients: someReplies,
  }),
  fc.record({ kind: fc.constant('tls-failed'), because: fc.string() }),
  fc.record(
    {
      kind: fc.constant('transaction'),
      mail: codes.map(said),
      recipients: someReplies,
      data: codes.map(said),
      final: codes.map(said),
      eightBitUnannounced: fc.boolean(),
    },
    { requiredKeys: ['kind', 'mail', 'recipients', 'eightBitUnannounced'] },
  ),
) as fc.Arbitrary<Ending>;

const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  recipients: fc.subarray(NAMES, { minLength: 1 }),
  security: fc.constant({ kind: 'opportunistic' } as const),
  deferOnTransient: fc.boolean(),
});

describe('for every ending', () => {
  const holdsFor = (
    check: (ending: Ending, given: Circumstances, verdict: Verdict) => void,
  ): void =>
    fc.assert(
      fc.property(endings, circumstances, (ending, given) =>
        check(ending, given, judge(ending, given)),
      ),
      { numRuns: 1_000 },
    );

  it('every recipient gets exactly one verdict, and nobody else does', () => {
    holdsFor((_, given, { recipients }) => {
      assert.deepEqual(
        recipients.map(({ recipient }) => recipient),
        given.recipients,
      );
    });
  });

  it('only a yes after the dot delivers, and only who was accepted', () => {
    holdsFor((ending, _, { recipients }) => {
      for (const { kind, recipient } of recipients) {
        if (kind !== 'delivered') continue;
        assert.ok(ending.kind === 'transaction' && ending.final && ending.final.code < 400);
        const own = ending.recipients.findLast((each) => each.recipient === recipient);
        assert.ok(own && own.reply.code < 400, `${recipient} was not accepted`);
      }
    });
  });

  it('nobody fails without a 5xx', () => {
    holdsFor((_, __, { recipients }) => {
      for (const { kind, reply: given } of recipients) {
        if (kind === 'failed') assert.ok(given.code >= 500);
      }
    });
  });

  it('who is said again was too many beside an accepted one, on a connection that stays', () => {
    holdsFor((ending, _, { recipients, connection }) => {
      if (recipients.every(({ kind }) => kind !== 'again')) return;
      assert.equal(connection, 'keep');
      assert.ok(ending.kind === 'transaction');
      assert.ok(
        ending.recipients.some((each) => each.reply.code < 400),
        'it would go on for ever',
      );
    });
  });

  it('a connection on which a 421 came is never kept', () => {
    holdsFor((ending, _, { connection }) => {
      if (ending.kind !== 'transaction') assert.equal(connection, 'drop');
      else if (JSON.stringify(ending).includes('"code":421')) assert.equal(connection, 'drop');
    });
  });
});

describe('no target is left', () => {
  const spent = (ending: Ending, host = 'mail.example.com'): SpentTry => ({
    host,
    ending,
    reply: ending.kind === 'refused' ? ending.reply : said(451),
  });
  const left = (...kinds: LeftKind[]) =>
    kinds.map((kind) => ({ kind, host: 'other.example.com', because: 'so' }));
  const unwelcome = refused('greeting', 554);
  const kindOf = (endings: readonly Ending[], ...kinds: LeftKind[]): string =>
    exhausted(
      endings.map((ending) => spent(ending)),
      left(...kinds),
    ).kind;

  it('every target greets 5xx: failed, and the reply holds all of theirs', () => {
    const greeted: Reply = { code: 554, enhanced: '5.7.1', lines: ['No service', 'go away'] };
    const first: Ending = { kind: 'refused', phase: 'greeting', reply: greeted };
    const outcome = exhausted([spent(first), spent(refused('greeting', 550), 'b.example')], []);
    assert.deepEqual(outcome, {
      kind: 'failed',
      reply: {
        code: 554,
        enhanced: '5.7.1',
        lines: ['mail.example.com: 554 5.7.1 No service / go away', 'b.example: 550 said 550'],
      },
    });
  });

  it('otherwise later', () => {
    const rows: readonly (readonly [sentence: string, endings: readonly Ending[]])[] = [
      ['one of them greets 4xx', [unwelcome, refused('greeting', 450)]],
      ['one of them greets 421', [unwelcome, refused('greeting', 421)]],
      ['one of them is down', [unwelcome, broken('connect')]],
      ['one of them refuses EHLO', [unwelcome, refused('ehlo', 550)]],
      ['one of them says 4xx in a transaction', [unwelcome, ended({ mail: 451 })]],
      ['one of them shows no TLS where it must', [tlsFailed]],
    ];
    for (const [sentence, tried] of rows) assert.equal(kindOf(tried), 'deferred', sentence);
  });

  it('later too while somebody was not asked who may be another time', () => {
    for (const kind of ['memory', 'surplus', 'lookup-failed'] as const) {
      assert.equal(kindOf([unwelcome], kind), 'deferred', kind);
    }
    for (const kind of [
      'self',
      'not-better',
      'no-address',
      'special-purpose',
      'null-mx',
    ] as const) {
      assert.equal(kindOf([unwelcome], kind), 'failed', kind);
    }
  });

  it('the last word is of a server that spoke, and says who', () => {
    const outcome = exhausted(
      [spent(ended({ mail: 451 }), 'a.example'), spent(broken('connect'), 'b.example')],
      [],
    );
    assert.deepEqual(outcome.reply.lines, ['a.example: said 451']);
    assert.equal(outcome.kind === 'deferred' && outcome.possibleDuplicate, false);
  });

  it('nothing could be tried at all: later', () => {
    assert.equal(exhausted([], []).kind, 'deferred');
    assert.equal(exhausted([], []).reply.code, 451);
  });
});
