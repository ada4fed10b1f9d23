// `fingerpost drill` as a shell sees it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ObservationRequest } from '../../src/api/types.ts';
import { printObservation } from '../../src/checks/observation.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { falseParts } from '../support/api-parts.ts';
import { runOn } from '../support/false-surroundings.ts';
import { GOOD, observationWith, SCENES } from '../support/report-scenes.ts';
import { observationOf } from '../support/scene-observation.ts';

const DEAD = {
  ...GOOD,
  zones: { ...GOOD.zones, 'example.com': '@ MX 10 mail\nmail A 192.0.2.10' },
  hosts: {
    'mail.example.com': {
      connect: { kind: 'failed', failure: 'refused', because: 'refused', tookMs: 1 },
    },
  },
} as const;

const files = {
  'good.json': printObservation(observationOf(GOOD)),
  'broken.json': printObservation(observationOf(SCENES.BROKEN)),
  'no-mail.json': printObservation(observationOf(SCENES.NO_MAIL)),
  'unseen.json': printObservation(observationOf(SCENES.UNSEEN)),
  'dead.json': printObservation(observationOf(DEAD)),
  'empty.json': printObservation(observationWith()),
};

describe('a drill ends with', () => {
  const rows: readonly (readonly [file: string, code: number])[] = [
    ['good.json', EXIT.ok],
    ['broken.json', EXIT.ok],
    ['dead.json', EXIT.no],
    ['no-mail.json', EXIT.no],
    ['unseen.json', EXIT.untestable],
  ];
  for (const [file, code] of rows) {
    test(`${code} for ${file}`, async () => {
      const ran = await runOn({ files }, 'drill', '--from', file);
      assert.deepEqual([ran.code, ran.err], [code, '']);
      assert.match(ran.out, /^example\.com, a drill: what senders do when one thing fails\n/);
    });
  }
});

test('a drill is JSON where it is asked for', async () => {
  const { out } = await runOn({ files }, '--json', 'drill', '--from', 'good.json');
  assert.equal(JSON.parse(out).format, 'fingerpost-drill-1');
});

test('a drill looks for no more than it needs', async () => {
  const requests: ObservationRequest[] = [];
  const observe = async (request: ObservationRequest) => {
    requests.push(request);
    return observationOf(GOOD);
  };
  const { code } = await runOn({ parts: falseParts([], {}, { observe }) }, 'drill', 'example.com');
  assert.equal(code, EXIT.ok);
  assert.deepEqual(requests, [{ domain: 'example.com.', purpose: 'drill' }]);
});

describe('a drill refuses', () => {
  const rows: readonly (readonly [args: string, because: RegExp])[] = [
    ['', /name a domain, or a saved observation with --from/],
    ['a..b', /a\.\.b is no domain name/],
    ['--from gone.json', /there is no file gone\.json/],
    ['--from good.json example.com', /--from takes no domain/],
    ['--from empty.json', /does not hold what a drill needs/],
  ];
  for (const [args, because] of rows) {
    test(args === '' ? 'nothing at all' : args, async () => {
      const { code, err, out } = await runOn(
        { files },
        'drill',
        ...args.split(' ').filter(Boolean),
      );
      assert.deepEqual([code, out], [EXIT.usage, '']);
      assert.match(err, because);
    });
  }
});
