// dig and kdig see the same from us as from NSD on the same zone files: rcode, flags (AA, TC …), the
// records of each section, and whether there is EDNS. Where we differ on purpose, the reason stands
// here, and the test holds that we still differ.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Fingerpost } from '../support/peers/fingerpost.ts';
import { type Asker, ask, type Lookup } from '../support/peers/lookup.ts';
import { startNsd } from '../support/peers/nsd.ts';
import { Stage, whyNot } from '../support/peers/stage.ts';

const OURS = { address: '127.30.4.1', port: 5300 };
const NSD = { address: '127.30.4.2', port: 5300 };

interface Question extends Lookup {
  /** Why we answer otherwise than NSD. */
  readonly differs?: string;
}

const of = (text: string): readonly Question[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', type = '', ...options] = line.trim().split(/ +/);
      return { name, type, options };
    });

const QUESTIONS: readonly Question[] = [
  ...of(`
    example.com.               MX
    example.com.               SOA
    example.com.               NS
    example.com.               A
    example.com.               AAAA
    example.com.               TXT
    example.com.               MX      +tcp
    example.com.               MX      +noedns
    example.com.               MX      +dnssec
    example.com.               MX      +bufsize=512
    example.com.               A       +edns=1
    example.com.               MX      +recurse
    example.com.               MX      +cdflag
    example.com.               MX      +adflag
    example.com.               MX      +aaflag
    example.com.               MX      +nsid
    example.com.               MX      +subnet=192.0.2.0/24
    example.com.               MX      +cookie
    example.com.               MX      +padding=64
    example.com.               SRV
    example.com.               TYPE65280
    example.com.               DS
    example.com.               ANY     +notcp
    mail.example.com.          A
    mail.example.com.          ANY     +tcp
    backup.example.com.        A
    backup.example.com.        MX
    EXAMPLE.com.               mx
    mIxEdCaSe.eXample.Com.     TXT
    two-strings.example.com.   TXT
    _smtp._tcp.example.com.    SRV
    strange.example.com.       TYPE65280
    strange.example.com.       A
    www.example.com.           A
    www.example.com.           CNAME
    www.example.com.           MX
    www.example.com.           ANY     +notcp
    out.example.com.           A
    other.example.com.         A
    dangling.example.com.      A
    wild-alias.example.com.    MX
    behind.example.com.        A
    any.wild.example.com.      MX
    a.b.c.wild.example.com.    MX
    any.wild.example.com.      A
    wild.example.com.          MX
    known.wild.example.com.    A
    known.wild.example.com.    MX
    x.known.wild.example.com.  MX
    b.known.wild.example.com.  A
    *.wild.example.com.        TXT
    x.wild-cname.example.com.  AAAA
    empty.example.com.         A
    deep.empty.example.com.    A
    x.deep.empty.example.com.  A
    nothing.example.com.       A
    nothing.example.com.       A       +dnssec
    no.such.name.example.com.  MX
    child.example.com.         MX
    child.example.com.         NS
    child.example.com.         DS
    host.child.example.com.    A
    ns.child.example.com.      A
    far.example.com.           MX
    signed.example.com.        DS
    signed.example.com.        MX
    x.signed.example.com.      A
    sub.example.com.           MX
    sub.example.com.           NS
    sub.example.com.           DS
    www.sub.example.com.       A
    no.sub.example.com.        A
    example.org.               MX
    nothing.example.org.       A
    long.example.com.          TXT
    long.example.com.          TXT     +noedns
    long.example.com.          TXT     +bufsize=512
    long.example.com.          TXT     +bufsize=100
    long.example.com.          TXT     +bufsize=4096
    long.example.com.          TXT     +tcp
    longer.example.com.        TXT
    longer.example.com.        TXT     +bufsize=4096
    longer.example.com.        TXT     +tcp
    com.                       NS
    example.net.               MX
    .                          NS
    notexample.com.            A
  `),
  { name: 'example.com.', type: 'MX', class: 'CH' },
  { name: 'example.com.', type: 'MX', class: 'ANY' },
  { name: 'round.example.com.', type: 'A' },
  { name: 'version.bind.', type: 'TXT', class: 'CH' },
];

const HERE = { name: 'example.com.', type: 'SOA' };
const WITH_OPT = 'an OPT record goes to whoever sent one, RFC 6891 §6.1.1; NSD sends none here';

/** What only dig can ask. */
const DIG_ALONE: readonly Question[] = [
  ...of(`
    example.com.               A       +ednsopt=65001:00ff
    example.com.               A       +ednsflags=0x4000
    example.com.               A       +edns=100
    example.com.               A       +zflag
    example.com.               MX      +tcflag
    example.com.               MX      +raflag
    example.com.               A       +opcode=status +noedns
    example.com.               A       +opcode=update +noedns
    example.com.               A       +opcode=15     +noedns
  `),
  { ...HERE, options: ['+opcode=status'], differs: WITH_OPT },
  { ...HERE, options: ['+opcode=update'], differs: WITH_OPT },
  {
    ...HERE,
    options: ['+opcode=notify', '+noedns'],
    differs: 'NSD can be a secondary and knows NOTIFY, so it refuses; here it is not implemented',
  },
  {
    ...HERE,
    options: ['+header-only'],
    differs: 'a query without a question has a meaning only with cookies (RFC 7873 §5.4): FORMERR',
  },
];

const title = ({ name, type, class: kind = 'IN', options = [] }: Question): string =>
  [name, kind, type, ...options].join(' ');

describe('the nameserver beside NSD', { skip: whyNot(['nsd', 'dig', 'kdig']) }, () => {
  const stage = new Stage();
  before(async () => {
    const zones = ['example.com', 'example.org', 'sub.example.com'];
    const path = (zone: string): string =>
      fileURLToPath(new URL(`zones/${zone}.zone`, import.meta.url));
    const files = zones.map((zone) => [`${zone}.zone`, readFileSync(path(zone), 'utf8')]);
    const yaml = `hostname: ns1.example.com
dns: { listen: ["${OURS.address}:${OURS.port}"], zones: ["*.zone"] }
`;
    await startNsd(stage, {
      ...NSD,
      zones: Object.fromEntries(zones.map((zone) => [zone, path(zone)])),
    });
    const server = new Fingerpost(stage, 'ours', yaml, { files: Object.fromEntries(files) });
    await server.start();
    assert.doesNotMatch(server.output, /zone\.refused/);
  });
  after(() => stage.close());

  const compare = (asker: Asker, question: Question): void => {
    it(`${asker} ${title(question)}`, async () => {
      const [ours, theirs] = await Promise.all([
        ask(stage, asker, OURS, question),
        ask(stage, asker, NSD, question),
      ]);
      if (question.differs === undefined) assert.deepEqual(ours, theirs);
      else assert.notDeepEqual(ours, theirs, `no longer: ${question.differs}`);
    });
  };
  for (const question of QUESTIONS) {
    compare('dig', question);
    compare('kdig', question);
  }
  for (const question of DIG_ALONE) compare('dig', question);

  it('what is compared is what was said', async () => {
    for (const asker of ['dig', 'kdig'] as const) {
      assert.deepEqual(await ask(stage, asker, OURS, { name: 'sub.example.com.', type: 'NS' }), {
        rcode: 'NOERROR',
        flags: ['qr', 'aa'],
        answer: ['sub.example.com. 600 IN NS ns1.sub.example.com.'],
        authority: [],
        additional: ['ns1.sub.example.com. 600 IN A 192.0.2.62'],
        edns: true,
      });
    }
  });

  it('both refuse a zone transfer', async () => {
    for (const { address, port } of [OURS, NSD]) {
      const args = [`@${address}`, '-p', `${port}`, 'example.com.', 'AXFR'];
      assert.match((await stage.run('dig', args)).stdout, /Transfer failed/);
      assert.match((await stage.run('kdig', args)).stderr, /'REFUSED'/);
    }
  });
});
