// The table of states and commands, read against RFC 5321.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReply } from '../../src/smtp/reply.ts';
import { isVerb, type State, transition, type Verb } from '../../src/smtp/transitions.ts';

const follow = (state: State, verb: Verb): string => {
  const next = transition(state, verb);
  return isReply(next) ? `${next.code} ${next.enhanced}` : next;
};

test('the commands of one message, in their order', () => {
  const verbs = ['EHLO', 'MAIL', 'RCPT', 'RCPT', 'DATA'] as const;
  const states: string[] = [];
  let state: State = 'connected';
  for (const verb of verbs) {
    const next = transition(state, verb);
    assert.ok(!isReply(next));
    state = next;
    states.push(state);
  }
  assert.deepEqual(states, ['greeted', 'sender', 'recipients', 'recipients', 'greeted']);
});

test('what comes out of turn is refused', () => {
  const table: readonly (readonly [State, Verb, string])[] = [
    ['connected', 'MAIL', '503 5.5.1'],
    ['connected', 'RCPT', '503 5.5.1'],
    ['connected', 'DATA', '503 5.5.1'],
    ['connected', 'STARTTLS', '503 5.5.1'],
    ['greeted', 'RCPT', '503 5.5.1'],
    ['greeted', 'DATA', '503 5.5.1'],
    ['sender', 'MAIL', '503 5.5.1'],
    ['sender', 'DATA', '554 5.5.1'],
    ['recipients', 'MAIL', '503 5.5.1'],
  ];
  for (const [state, verb, expected] of table) assert.equal(follow(state, verb), expected);
});

test('NOOP, HELP and VRFY change nothing; EHLO and RSET forget the transaction', () => {
  for (const state of ['connected', 'greeted', 'sender', 'recipients'] as const) {
    for (const verb of ['NOOP', 'HELP', 'VRFY'] as const) assert.equal(follow(state, verb), state);
    assert.equal(follow(state, 'EHLO'), 'greeted');
    assert.equal(follow(state, 'RSET'), state === 'connected' ? 'connected' : 'greeted');
  }
});

test('a verb is a column of the table and nothing else', () => {
  assert.ok(isVerb('MAIL'));
  for (const text of ['mail', 'BDAT', '', 'toString', '__proto__']) assert.ok(!isVerb(text), text);
});
