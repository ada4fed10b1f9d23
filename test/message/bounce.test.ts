// Bounces and delay notices, taken apart again: three parts, seven bits, nothing forged.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../../src/base/bytes.ts';
import { after, hours, instantAt } from '../../src/base/time.ts';
import { makeBounce } from '../../src/message/bounce.ts';
import type { BounceOptions, ReportedRecipient } from '../../src/message/bounce-options.ts';
import { fieldOf, type Header, readHeader } from '../../src/message/header.ts';
import { reply } from '../../src/smtp/reply.ts';

const ARRIVED = instantAt(Date.UTC(2026, 9, 2, 3, 4, 5));
const NOW = after(ARRIVED, hours(4));

const failed: ReportedRecipient = {
  address: 'user@example.com',
  action: 'failed',
  reply: { code: 550, enhanced: '5.1.1', lines: ['No such user', 'here'] },
  remoteHost: 'mail.example.com',
  attempts: 3,
  lastAttemptAt: NOW,
};

const delayed: ReportedRecipient = {
  address: 'other@example.net',
  action: 'delayed',
  reply: reply(451, '4.4.1', 'No host could be reached'),
  attempts: 1,
  lastAttemptAt: NOW,
  willRetryUntil: after(NOW, hours(24)),
  tries: [
    { host: 'mail.example.net', address: '192.0.2.1', ending: 'no connection: ECONNREFUSED' },
    { host: 'backup.example.net', ending: '554 go away' },
  ],
};

const options = (given: Partial<BounceOptions> = {}): BounceOptions => ({
  reportingHost: 'mx.example',
  to: 'sender@example.org',
  original: {
    header: fromLatin1('Subject: hello\r\nMessage-ID: <1@example.org>\r\n\r\nthe body'),
    id: '0-orig',
    arrivedAt: ARRIVED,
  },
  recipients: [failed],
  now: NOW,
  id: '0-bounce',
  boundarySeed: 'k3j5',
  ...given,
});

interface Part {
  readonly header: Header;
  readonly body: string;
}

const partOf = (text: string): Part => {
  const header = readHeader(fromLatin1(text));
  return { header, body: text.slice(header.sizeBytes) };
};

/** A small MIME parser (RFC 2046 §5.1.1): enough to see what another would see. */
function parse(given: Partial<BounceOptions> = {}): Part & { readonly parts: readonly Part[] } {
  const whole = partOf(latin1(makeBounce(options(given)).bytes));
  const type = fieldOf(whole.header, 'content-type') ?? '';
  const boundary = /boundary="([^"]+)"/.exec(type)?.[1];
  assert.ok(boundary, type);
  const [, ...pieces] = `\r\n${whole.body}`.split(`\r\n--${boundary}`);
  assert.equal(pieces.pop(), '--\r\n');
  return { ...whole, parts: pieces.map((piece) => partOf(piece.replace(/^\r\n/, ''))) };
}

const typeOf = ({ header }: Part) => fieldOf(header, 'content-type');

/** The groups of fields in the delivery-status part. */
function statusOf(given: Partial<BounceOptions>): readonly Header[] {
  const groups = (parse(given).parts[1]?.body ?? '').split('\r\n\r\n');
  return groups
    .filter((group) => group.trim() !== '')
    .map((group) => readHeader(fromLatin1(group)));
}

describe('bounce', () => {
  it('has the header of a report that nobody answers', () => {
    const { header } = parse();
    assert.equal(makeBounce(options()).sender, '');
    for (const [name, content] of [
      ['Date', 'Fri, 02 Oct 2026 07:04:05 +0000'],
      ['From', 'Mail Delivery System <postmaster@mx.example>'],
      ['To', '<sender@example.org>'],
      ['Subject', 'Your message could not be delivered'],
      ['Message-ID', '<0-bounce@mx.example>'],
      ['In-Reply-To', '<1@example.org>'],
      ['Auto-Submitted', 'auto-replied'],
      ['MIME-Version', '1.0'],
    ] as const) {
      assert.equal(fieldOf(header, name), content);
    }
    assert.match(typeOf(parse()) ?? '', /^multipart\/report; report-type=delivery-status;/);
  });

  it('has three parts: for a person, for a program, and the header without the body', () => {
    const { parts } = parse();
    assert.deepEqual(parts.map(typeOf), [
      'text/plain; charset=us-ascii',
      'message/delivery-status',
      'text/rfc822-headers',
    ]);
    assert.equal(parts[2]?.body, 'Subject: hello\r\nMessage-ID: <1@example.org>\r\n');
  });

  it('tells a person what happened', () => {
    const text = parse().parts[0]?.body ?? '';
    assert.match(text, /could not be delivered/);
    assert.match(
      text,
      /<user@example\.com>\r\n {4}mail\.example\.com said: 550 5\.1\.1 No such user/,
    );
    assert.match(text, /Tried 3 times, last on Fri, 02 Oct 2026 07:04:05 \+0000\./);
    assert.match(text, /Subject: hello/);
    assert.match(text, /as 0-orig/);
    assert.doesNotMatch(text, /delayed|waiting/);
  });

  it('tells a program what happened', () => {
    const [message, recipient, ...rest] = statusOf({});
    assert.ok(message && recipient);
    assert.equal(rest.length, 0);
    assert.equal(fieldOf(message, 'Reporting-MTA'), 'dns; mx.example');
    assert.equal(fieldOf(message, 'Arrival-Date'), 'Fri, 02 Oct 2026 03:04:05 +0000');
    assert.equal(fieldOf(recipient, 'Final-Recipient'), 'rfc822; user@example.com');
    assert.equal(fieldOf(recipient, 'Action'), 'failed');
    assert.equal(fieldOf(recipient, 'Status'), '5.1.1');
    assert.equal(fieldOf(recipient, 'Remote-MTA'), 'dns; mail.example.com');
    assert.equal(fieldOf(recipient, 'Diagnostic-Code'), 'smtp; 550 5.1.1 No such user / here');
    assert.equal(fieldOf(recipient, 'Last-Attempt-Date'), 'Fri, 02 Oct 2026 07:04:05 +0000');
    assert.equal(fieldOf(recipient, 'Will-Retry-Until'), undefined);
  });

  it('gives each recipient its status', () => {
    const CASES: readonly (readonly [Partial<ReportedRecipient>, string])[] = [
      [{ reply: { code: 550, lines: ['no'] } }, '5.0.0'],
      [{ reply: { code: 450, lines: ['no'] } }, '4.0.0'],
      [{ reply: reply(450, '4.2.2', 'full') }, '4.2.2'],
      [{ reply: reply(450, '4.2.2', 'full'), action: 'delayed' }, '4.2.2'],
      [{ reply: reply(550, '5.2.2', 'full'), action: 'delayed' }, '4.2.2'],
    ];
    const recipients = CASES.map(([given]) => ({ ...failed, ...given }));
    const [, ...groups] = statusOf({ recipients });
    assert.deepEqual(
      groups.map((group) => fieldOf(group, 'Status')),
      CASES.map(([, status]) => status),
    );
  });

  it('gives our own reasons as ours', () => {
    const { remoteHost: _, ...ours } = failed;
    const [, recipient] = statusOf({
      recipients: [{ ...ours, reply: reply(556, '5.1.10', 'no') }],
    });
    assert.ok(recipient);
    assert.equal(fieldOf(recipient, 'Diagnostic-Code'), 'x-fingerpost; 556 5.1.10 no');
    assert.equal(fieldOf(recipient, 'Remote-MTA'), undefined);
  });

  it('notices a delay, with all that was tried', () => {
    const { header, parts } = parse({ recipients: [delayed] });
    const text = parts[0]?.body ?? '';
    assert.equal(fieldOf(header, 'Subject'), 'Your message is delayed');
    assert.match(text, /waiting for 4 h/);
    assert.match(text, /you need not send it again/);
    assert.match(text, /Tried once, /);
    assert.match(text, /tried until Sat, 03 Oct 2026 07:04:05 \+0000/);
    assert.match(text, /- mail\.example\.net \[192\.0\.2\.1\]: no connection: ECONNREFUSED/);
    assert.match(text, /- backup\.example\.net: 554 go away/);
    assert.doesNotMatch(text, /could not be delivered/);
    const [, recipient] = statusOf({ recipients: [delayed] });
    assert.ok(recipient);
    assert.equal(fieldOf(recipient, 'Action'), 'delayed');
    assert.equal(fieldOf(recipient, 'Will-Retry-Until'), 'Sat, 03 Oct 2026 07:04:05 +0000');
  });

  it('tells of failures and delays in one message', () => {
    const { header, parts } = parse({ recipients: [delayed, failed] });
    assert.equal(fieldOf(header, 'Subject'), 'Your message could not be delivered');
    assert.match(parts[0]?.body ?? '', /<user@.*<other@/s);
  });

  it('encodes a header that 7 bits do not carry', () => {
    const subject = `Subject: caf\xe9 = ${'x'.repeat(100)} \r\n`;
    const original = { ...options().original, header: fromLatin1(`${subject}\r\nbody`) };
    const part = parse({ original }).parts[2];
    assert.ok(part);
    assert.equal(fieldOf(part.header, 'content-transfer-encoding'), 'quoted-printable');
    assert.match(part.body, /^Subject: caf=E9 =3D x+=\r\nx+\r\n$/);
    assert.ok(part.body.split('\r\n').every((line) => line.length <= 76));
  });

  it('does without a header, and without a safe Message-ID', () => {
    const withHeader = (text: string) =>
      parse({ original: { ...options().original, header: fromLatin1(text) } });
    assert.equal(withHeader('').parts[2]?.body, '\r\n');
    for (const text of ['', 'Message-ID: <a b\xe9@c>\r\n\r\n', `Message-ID: ${'x'.repeat(500)}`]) {
      assert.equal(fieldOf(withHeader(text).header, 'In-Reply-To'), undefined);
    }
  });

  it('writes foreign text so that it can be neither header, part nor command', () => {
    const hostile = 'x\r\n--fingerpost-k3j5--\r\n.\r\nSubject: y\x1b[2J\xe9';
    const { parts } = parse({
      to: hostile,
      recipients: [
        {
          ...failed,
          address: hostile,
          remoteHost: hostile,
          reply: { code: 550, enhanced: '5.1.1', lines: [hostile] },
          tries: [{ host: hostile, address: hostile, ending: hostile }],
        },
      ],
    });
    assert.equal(parts.length, 3);
    assert.match(parts[0]?.body ?? '', /\\x0d\\x0a.*\\x1b\[2J\\xe9/);
  });

  it('is 7-bit, of CRLF lines and three parts, whatever strangers wrote', () => {
    const foreign = fc.string({ unit: 'binary', maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(foreign, foreign, fc.uint8Array({ maxLength: 300 }), (text, address, bytes) => {
        const long = text.repeat(20);
        const given = {
          to: address,
          original: { ...options().original, header: bytes },
          recipients: [
            {
              ...failed,
              address,
              reply: { code: 550, lines: [long, text] },
              tries: [{ host: text, ending: long }],
            },
          ],
        };
        const sent = latin1(makeBounce(options(given)).bytes);
        assert.match(sent, /^(?:[\t\x20-\x7e]{0,998}\r\n)+$/);
        assert.equal(parse(given).parts.length, 3);
      }),
      { numRuns: 60 },
    );
  });
});
