// Events reach every listener, and no listener can harm another or the one who tells.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventHub, type FingerpostEvent } from '../../src/base/events.ts';

const event: FingerpostEvent = { kind: 'server.notice', text: 'hello' };

test('every listener hears every event, in order', () => {
  const hub = new EventHub();
  const heard: string[] = [];
  hub.listen(({ kind }) => heard.push(`a ${kind}`));
  hub.listen(({ kind }) => heard.push(`b ${kind}`));
  hub.emit(event);
  hub.emit({ kind: 'host.well', address: '192.0.2.1' });
  assert.deepEqual(heard, ['a server.notice', 'b server.notice', 'a host.well', 'b host.well']);
});

test('a listener that throws harms nobody', () => {
  const hub = new EventHub();
  const heard: FingerpostEvent[] = [];
  hub.listen(() => {
    throw new Error('a broken page');
  });
  hub.listen((each) => heard.push(each));
  hub.emit(event);
  assert.deepEqual(heard, [event]);
});

test('a listener may leave, even while it is told', () => {
  const hub = new EventHub();
  const heard: string[] = [];
  const leave = hub.listen(() => {
    heard.push('once');
    leave();
  });
  hub.listen(() => heard.push('always'));
  hub.emit(event);
  hub.emit(event);
  assert.deepEqual(heard, ['once', 'always', 'always']);
});

test('without a listener nothing happens', () => {
  new EventHub().emit(event);
});
