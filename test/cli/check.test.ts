// `fingerpost check` as a shell sees it: what it prints, what it keeps, how it ends.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ObservationRequest } from '../../src/api/types.ts';
import { type Observation, printObservation } from '../../src/checks/observation.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { hostText, nameKey } from '../../src/dns/name.ts';
import { falseParts } from '../support/api-parts.ts';
import { runOn } from '../support/false-surroundings.ts';
import { BROKEN, GOOD, SCENES } from '../support/report-scenes.ts';
import type { Scene } from '../support/scene.ts';
import { observationOf } from '../support/scene-observation.ts';
import { nameOf } from '../support/zones.ts';

const good = observationOf(GOOD);
const broken = observationOf(BROKEN);
const unseen = observationOf(SCENES.UNSEEN);

const FILES = {
  'good.json': printObservation(good),
  'broken.json': printObservation(broken),
  'unseen.json': printObservation(unseen),
  'chinese.json': printObservation(observationOf(SCENES.CHINESE)),
};

const checked = (...args: string[]) => runOn({ files: FILES }, 'check', ...args);

/** A small observation of any domain. */
const ofDomain = (domain: string): Observation => {
  const scene: Scene = { zones: { [domain]: '@ MX 0 .' }, about: { domain: nameOf(domain) } };
  return observationOf(scene);
};

interface Live {
  readonly files?: Record<string, string>;
  /** Ends when the test lets it. */
  readonly observe?: (request: ObservationRequest) => Promise<Observation>;
}

/** A check that looks, at domains that a test makes. */
async function looked({ files = {}, observe }: Live, ...args: string[]) {
  const requests: ObservationRequest[] = [];
  const written: Record<string, string> = {};
  const shown: string[] = [];
  const parts = falseParts(
    [],
    {},
    {
      observe: async (request, tell) => {
        requests.push(request);
        const domain = nameOf(request.domain);
        tell({ domain, answered: 1, wanted: 2, waitingFor: ['lookup \u001b MX'] });
        return observe ? await observe(request) : ofDomain(hostText(domain));
      },
    },
  );
  const ran = await runOn(
    {
      parts,
      more: {
        progress: { show: (text) => void shown.push(text), clear: () => void shown.push('') },
        files: {
          readText: (path) => files[path],
          realPath: () => undefined,
          writeText: (path, text) => {
            written[path] = text;
          },
          matching: () => [],
        },
      },
    },
    'check',
    ...args,
  );
  return { ...ran, requests, written, shown };
}

describe('the exit code', () => {
  const rows: readonly (readonly [args: string, code: number])[] = [
    ['--from good.json', EXIT.ok],
    ['--from good.json --fail-on warning', EXIT.no],
    ['--from good.json --fail-on critical', EXIT.ok],
    ['--from broken.json', EXIT.error],
    ['--from broken.json --fail-on critical', EXIT.error],
    ['--from unseen.json', EXIT.untestable],
    ['--from broken.json --since broken.json', EXIT.ok],
    ['--from broken.json --since good.json', EXIT.error],
    ['--from good.json --since broken.json', EXIT.ok],
    ['--from unseen.json --since good.json', EXIT.untestable],
    ['--from broken.json --evidence Z1', EXIT.ok],
  ];
  for (const [args, code] of rows) {
    test(`of ${args} is ${code}`, async () => {
      const ran = await checked(...args.split(' '));
      assert.deepEqual([ran.code, ran.err], [code, '']);
      assert.notEqual(ran.out, '');
    });
  }
});

describe('it refuses, before anything is asked', () => {
  const rows: readonly (readonly [args: string, because: RegExp])[] = [
    ['', /name a domain, a list with --file, or --from FILE/],
    ['--from gone.json', /there is no file gone\.json/],
    ['--from list', /list is no observation: it is not JSON/],
    ['--from cut.json', /cut\.json is no observation: it is damaged: it\.about is missing/],
    ['--from good.json example.com', /--from takes no domain/],
    ['--from good.json --save x', /--from and --save do not go together/],
    ['--from good.json --since gone.json', /there is no file gone\.json/],
    ['--from good.json --since chinese.json', /chinese\.json is about xn--fiqs8s\.xn--0zwm56d/],
    ['--from good.json --since good.json --format sarif', /--since is told as text or json/],
    ['--from good.json --since good.json --evidence D1', /do not go together/],
    ['--from good.json --evidence D999', /there is no evidence D999/],
    ['--from good.json --format pdf', /--format is one of text, json, junit, sarif, markdown/],
    ['--from good.json --format constructor', /--format is one of/],
    ['--from good.json --fail-on bad', /--fail-on is one of critical, error, warning/],
    ['a.test b.test --save x', /--save takes one domain/],
    ['a.test b.test --since good.json', /--since takes one domain/],
    ['a.test b.test --evidence D1', /--evidence takes one domain/],
    ['a..b', /a\.\.b is no domain name: it has an empty label/],
    ['--file gone', /there is no file gone/],
    ['--file list', /list:2: b\.\.test is no domain name/],
    ['--file empty', /name a domain/],
    ['other.test --since good.json', /good\.json is about example\.com/],
  ];
  const files = {
    ...FILES,
    list: 'a.test\nb..test # two dots\n',
    empty: '# nobody\n\n',
    'cut.json': '{"format":"fingerpost-observation-1","program":"1"}',
  };
  for (const [args, because] of rows) {
    test(args === '' ? 'nothing at all' : args, async () => {
      const words = args === '' ? [] : args.split(' ');
      const { code, err, out, requests, written } = await looked({ files }, ...words);
      assert.equal(code, EXIT.usage);
      assert.match(err, because);
      assert.deepEqual([out, requests, written], ['', [], {}]);
    });
  }

  test('--json beside another form', async () => {
    const args = ['--json', 'check', '--from', 'good.json', '--format', 'junit'];
    const { code, err } = await runOn({ files: FILES }, ...args);
    assert.equal(code, EXIT.usage);
    assert.match(JSON.parse(err).error.message, /--json and --format junit do not go together/);
  });

  test('a file that cannot be read or written, with its name', async () => {
    const fails = (): never => {
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    };
    const files = { readText: fails, realPath: fails, writeText: fails, matching: () => [] };
    const read = await runOn({ more: { files } }, 'check', '--from', 'x.json');
    assert.equal(read.code, EXIT.usage);
    assert.match(read.err, /x\.json cannot be read: EACCES/);
    const parts = falseParts([], {}, { observe: async () => good });
    const writable = { ...files, readText: () => undefined };
    const args = ['check', 'example.com', '--save', 'y.json'];
    const written = await runOn({ parts, more: { files: writable } }, ...args);
    assert.equal(written.code, EXIT.usage);
    assert.match(written.err, /\/srv\/mail\/y\.json cannot be written: EACCES/);
    assert.match(written.out, /^example\.com, seen/, 'the report is not lost with it');
  });
});

describe('what it prints', () => {
  test('is the report, with matrix and SPF', async () => {
    const { out } = await checked('--from', 'broken.json');
    assert.match(out, /^example\.com, seen 2026-06-01 12:00:00Z\n/);
    assert.match(out, /\nthe exchanges\n/);
    assert.match(out, /\nSPF, as receivers count it\n/);
    assert.match(out, /\d+ faults, \d+ things that could be better, \d+ as it should be/);
    assert.doesNotMatch(out, /as it should be\n {2}✓/);
  });

  test('has what passed with --all', async () => {
    const { out } = await checked('--from', 'good.json', '--all');
    assert.match(out, /\nas it should be\n {2}✓ /);
  });

  test('is JSON by either name, the same', async () => {
    const [one, two] = await Promise.all([
      checked('--from', 'good.json', '--format', 'json'),
      runOn({ files: FILES }, '--json', 'check', '--from', 'good.json'),
    ]);
    assert.equal(one.out, two.out);
    assert.equal(JSON.parse(one.out).format, 'fingerpost-report-1');
  });

  test('is JUnit, SARIF or Markdown', async () => {
    const junit = await checked('--from', 'broken.json', '--format', 'junit');
    assert.match(junit.out, /^<\?xml .*<\/testsuites>\n$/s);
    const sarif = await checked('--from', 'broken.json', '--format', 'sarif');
    assert.equal(JSON.parse(sarif.out).version, '2.1.0');
    const markdown = await checked('--from', 'broken.json', '--format', 'markdown');
    assert.match(markdown.out, /^## example\.com\n/);
  });

  test('of SARIF points into the zone files that the configuration names', async () => {
    const zone = '$TTL 300\n@ SOA ns1 h 1 2 3 4 5\n@ MX 10 mail\n@ MX 20 other\n';
    const files = {
      ...FILES,
      '/srv/mail/fingerpost.yaml':
        'dns: { listen: ["127.0.0.1:5300"], zones: ["zones/example.com.zone"] }',
      '/srv/mail/zones/example.com.zone': zone,
    };
    const args = ['check', '--from', 'broken.json', '--format', 'sarif'];
    const { out } = await runOn({ files }, ...args);
    const results = JSON.parse(out).runs[0].results as {
      ruleId: string;
      locations: { physicalLocation: unknown }[];
    }[];
    const alias = results.find(({ ruleId }) => ruleId === 'MX-TARGET-CNAME');
    assert.deepEqual(alias?.locations[0]?.physicalLocation, {
      artifactLocation: { uri: 'zones/example.com.zone' },
      region: { startLine: 4 },
    });
  });

  test('is the evidence behind an id, as text or as JSON', async () => {
    const { out } = await checked('--from', 'broken.json', '--evidence', 'z1');
    assert.match(out, /^Z1, asked .*\nthe zone of example\.com\.\n/);
    const args = ['--json', 'check', '--from', 'broken.json', '--evidence', 'Z1'];
    const { id, lines } = JSON.parse((await runOn({ files: FILES }, ...args)).out);
    assert.equal(id, 'Z1');
    assert.equal(`${lines.join('\n')}\n`, out);
  });

  test('is what changed, with --since', async () => {
    const same = await checked('--from', 'good.json', '--since', 'good.json');
    assert.match(same.out, /\nnothing changed\n$/);
    const worse = await checked('--from', 'broken.json', '--since', 'good.json');
    assert.match(worse.out, /\ncame, or got worse\n {2}✗ error/);
    assert.match(
      worse.out,
      /\n {2}example\.com MX\n {4}- 20 backup\.example\.com\.\n {4}\+ 20 other\./,
    );
    const args = ['--json', 'check', '--from', 'broken.json', '--since', 'good.json'];
    const { out } = await runOn({ files: FILES }, ...args);
    assert.equal(JSON.parse(out).format, 'fingerpost-comparison-1');
  });

  test('has no colour but on a terminal, and none in other forms', async () => {
    const files = FILES;
    const coloured = { files, more: { colour: true } };
    const args = ['check', '--from', 'broken.json'];
    assert.ok((await runOn(coloured, ...args)).out.includes('\u001b['));
    assert.ok(!(await runOn({ files }, ...args)).out.includes('\u001b'));
    for (const format of ['json', 'junit', 'sarif', 'markdown']) {
      const { out } = await runOn(coloured, ...args, '--format', format);
      assert.ok(!out.includes('\u001b'), format);
    }
  });
});

describe('one domain', () => {
  test('is looked at as the options say', async () => {
    const args = ['Example.COM', '--selector', 'one', 'two', '--probe-recipients'];
    const { requests } = await looked({}, ...args);
    assert.deepEqual(requests, [
      {
        domain: 'Example.COM.',
        purpose: 'check',
        selectors: ['one', 'two'],
        probeRecipients: true,
      },
    ]);
    const plain = await looked({}, 'example.com');
    assert.deepEqual(plain.requests, [{ domain: 'example.com.', purpose: 'check' }]);
  });

  test('may be written in any script', async () => {
    const { requests } = await looked({}, '中国.测试');
    assert.equal(requests[0]?.domain, 'xn--fiqs8s.xn--0zwm56d.');
  });

  test('is kept, and judged again to the byte', async () => {
    const { out, written } = await looked({}, 'a.test', '--save', 'kept/a.json');
    const [[path, text] = ['', '']] = Object.entries(written);
    assert.equal(path, '/srv/mail/kept/a.json');
    const again = await runOn({ files: { 'a.json': text } }, 'check', '--from', 'a.json');
    assert.equal(again.out, out);
  });

  test('is told how far it is, made safe, and the line is gone before the report', async () => {
    const { shown } = await looked({}, 'a.test');
    assert.equal(shown[0], 'a.test: 1 of 2 answered; waiting for lookup \\x1b MX');
    assert.equal(shown.at(-1), '');
  });

  test('that cannot be observed ends the command with the words of whoever tried', async () => {
    const observe = async (): Promise<never> => {
      throw new Error('out of memory');
    };
    const { code, out } = await looked({ observe }, 'a.test');
    assert.notEqual(code, EXIT.ok);
    assert.equal(out, '');
  });
});

describe('many domains', () => {
  const names = Array.from({ length: 60 }, (_, at) => `d${at}.test`);
  const LIST = ['# ours', '', ...names.map((name) => `  ${name} # one\r`), 'D0.test'].join('\n');
  const seenIn = (out: string): readonly string[] =>
    Array.from(out.matchAll(/^(\S+), seen /gm), ([, name = '']) => name);

  test('are told in the order of the list, each once, whoever is first', async () => {
    const { out, requests } = await looked(
      {
        files: { list: LIST },
        observe: async ({ domain }) => {
          const turns = (Number(/\d+/.exec(domain)?.[0]) * 7) % 11;
          for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
          return ofDomain(hostText(nameOf(domain)));
        },
      },
      'first.test',
      '--file',
      'list',
    );
    assert.deepEqual(seenIn(out), ['first.test', ...names]);
    assert.equal(requests.length, 61);
  });

  test('are looked at eight at a time, and not far ahead of one that hangs', async () => {
    let open = 0;
    let most = 0;
    let begun = 0;
    let letGo = (): void => {};
    const hangs = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const running = looked(
      {
        files: { list: LIST },
        observe: async ({ domain }) => {
          begun += 1;
          open += 1;
          most = Math.max(most, open);
          await (nameKey(nameOf(domain)) === 'd0.test.' ? hangs : new Promise(setImmediate));
          open -= 1;
          return ofDomain(hostText(nameOf(domain)));
        },
      },
      '--file',
      'list',
    );
    for (let turn = 0; turn < 500 && (begun < 32 || open > 1); turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.deepEqual([begun, open], [32, 1]);
    letGo();
    const { out } = await running;
    assert.equal(most, 8);
    assert.deepEqual(seenIn(out), names);
  });

  test('say how many are done', async () => {
    const { shown } = await looked({}, 'a.test', 'b.test');
    assert.match(shown[0] ?? '', /^0 of 2 domains done; a\.test: /);
  });

  test('end with what is worst: 2 says more than 3, and 3 more than 1', async () => {
    const observations: Record<string, Observation> = {
      'good.test.': good,
      'broken.test.': broken,
      'unseen.test.': unseen,
    };
    const observe = async ({ domain }: ObservationRequest): Promise<Observation> =>
      observations[domain] ?? good;
    const ended = async (...args: string[]): Promise<number> =>
      (await looked({ observe }, ...args)).code;
    assert.equal(await ended('good.test', 'broken.test', 'unseen.test'), EXIT.error);
    assert.equal(await ended('unseen.test', 'good.test'), EXIT.untestable);
    const strict = ['--fail-on', 'warning'];
    assert.equal(await ended('good.test', 'unseen.test', ...strict), EXIT.untestable);
    assert.equal(await ended('good.test', ...strict), EXIT.no);
  });

  test('are a list in JSON, one suite each in JUnit, one log in SARIF', async () => {
    const files = { list: 'a.test\n', two: 'a.test\nb.test\n' };
    const [one, two, junit, sarif] = await Promise.all([
      looked({ files }, '--file', 'list', '--format', 'json'),
      looked({ files }, '--file', 'two', '--format', 'json'),
      looked({ files }, '--file', 'two', '--format', 'junit'),
      looked({ files }, '--file', 'two', '--format', 'sarif'),
    ]);
    assert.equal(JSON.parse(one.out).length, 1);
    assert.deepEqual(
      JSON.parse(two.out).map(({ domain }: { domain: string }) => domain),
      ['a.test', 'b.test'],
    );
    assert.equal(junit.out.match(/<testsuite /g)?.length, 2);
    assert.equal(JSON.parse(sarif.out).runs.length, 1);
  });

  test('end with the first failure, and begin no more', async () => {
    let begun = 0;
    const observe = async ({ domain }: ObservationRequest): Promise<Observation> => {
      begun += 1;
      if (domain.startsWith('d3.')) throw new Error('broken');
      await new Promise((resolve) => setTimeout(resolve, 5));
      return ofDomain(hostText(nameOf(domain)));
    };
    const { code } = await looked({ files: { list: LIST }, observe }, '--file', 'list');
    assert.notEqual(code, EXIT.ok);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.ok(begun <= 8, `${begun} were begun`);
  });
});
