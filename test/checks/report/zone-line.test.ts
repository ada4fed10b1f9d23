// The line of a zone file that a finding points at.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IpAddress } from '../../../src/base/ip.ts';
import { lineFor } from '../../../src/checks/report/zone-line.ts';
import {
  addressOf,
  exchange,
  named,
  nameServer,
  type Subject,
  THE_DOMAIN,
} from '../../../src/checks/subject.ts';
import type { Finding } from '../../../src/checks/verdict.ts';
import { placedRecords } from '../../../src/dns/zone-text.ts';
import { ruleOf } from '../../support/report-scenes.ts';
import { nameOf } from '../../support/zones.ts';

const TEXT = `$TTL 300
@ SOA ns1 hostmaster 1 7200 3600 1209600 300
@ NS ns1
@ NS ns2
@ MX 10 mail
@ MX 20 backup
@ TXT "hello"
@ TXT "v=spf1 -all"
@ CAA 0 issue "letsencrypt.org"
_dmarc TXT "v=DMARC1; p=none"
_mta-sts TXT "v=STSv1; id=1"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:a@example.com"
key._domainkey TXT "v=DKIM1; p="
mail A 192.0.2.10
this line is broken
sub MX 10 mail
`;

const origin = nameOf('example.com');
const records = placedRecords({ file: 'zones/example.com.zone', text: TEXT }, { origin });

const lineOf = (id: string, subject: Subject, domain = origin): number | undefined => {
  const verdict: Finding = { outcome: 'finding', subject, says: '', actor: 'domain', evidence: [] };
  return lineFor({ rule: ruleOf(id, 'error'), verdict }, domain, records)?.line;
};

describe('a finding points at', () => {
  const mail = nameOf('mail.example.com');
  const backup = nameOf('BACKUP.example.com');
  const rows: readonly (readonly [what: string, id: string, subject: Subject, line: number])[] = [
    ['the MX record of its exchange', 'MX-TARGET-CNAME', exchange(backup), 6],
    ['that of an address of it', 'SMTP-CONNECT', addressOf(mail, '192.0.2.10' as IpAddress), 5],
    ['the NS record of its name server', 'NS-LAME', nameServer(nameOf('ns2.example.com')), 4],
    ['the SPF record, and no other text', 'SPF-ALL', THE_DOMAIN, 8],
    ['the DMARC record', 'DMARC-NONE', THE_DOMAIN, 10],
    ['the MTA-STS record', 'STS-FETCH', named('mta-sts.example.com.'), 11],
    ['the TLS-RPT record', 'TLSRPT-RUA', THE_DOMAIN, 12],
    ['the name that it is about', 'DKIM-REVOKED', named('key._domainkey.example.com.'), 13],
    ['the first MX record, of the domain as a whole', 'MX-V6', THE_DOMAIN, 5],
    ['the first NS record', 'NS-COUNT', THE_DOMAIN, 3],
    ['the CAA record', 'CAA-MX', THE_DOMAIN, 9],
    ['the SOA record', 'SOA-TIMERS', THE_DOMAIN, 2],
  ];
  for (const [what, id, subject, line] of rows) {
    test(what, () => assert.equal(lineOf(id, subject), line));
  }

  test('the SOA record where nothing fits better', () => {
    assert.equal(lineOf('MX-NONE', THE_DOMAIN, nameOf('other.example.com')), 2);
  });

  test('its own domain, of several in one zone', () => {
    assert.equal(lineOf('MX-V6', THE_DOMAIN, nameOf('sub.example.com')), 16);
  });

  test('nothing in a file without records', () => {
    const verdict: Finding = {
      outcome: 'finding',
      subject: THE_DOMAIN,
      says: '',
      actor: 'domain',
      evidence: [],
    };
    assert.equal(lineFor({ rule: ruleOf('MX-V6', 'error'), verdict }, origin, []), undefined);
  });
});
