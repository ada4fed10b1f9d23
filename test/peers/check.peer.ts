// `fingerpost check` on a closed internet of real programs: of each domain it says what is wrong
// with it, nothing that is not, and `unknown` where nobody could tell.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNot } from '../support/peers/stage.ts';
import { RESOLVER } from './internet/addresses.ts';
import { check, differences } from './internet/checker.ts';
import { DOMAINS } from './internet/domains.ts';
import { type Internet, PROGRAMS, startInternet } from './internet/internet.ts';

const options = { skip: whyNot(PROGRAMS), timeout: 300_000 };

/** What `dig` shows of the MX records of a domain. */
async function asked(internet: Internet, domain: string): Promise<string> {
  const { stdout } = await internet.run('dig', ['+dnssec', `@${RESOLVER}`, domain, 'MX']);
  return stdout;
}

test('every domain of the closed internet is judged as it is', options, async (t) => {
  const internet = await startInternet(t, { domains: DOMAINS });
  await t.test('its resolver proves what is signed, and refuses what is not valid', async () => {
    assert.match(await asked(internet, 'vault.test'), /status: NOERROR.*flags: qr rd ra ad;/s);
    assert.match(await asked(internet, 'regular.test'), /status: NOERROR.*flags: qr rd ra;/s);
    assert.match(await asked(internet, 'bogus.test'), /status: SERVFAIL/);
  });
  const { code, reports, tookMs } = await check(internet, DOMAINS);
  t.diagnostic(`${reports.length} domains in ${(tookMs / 1_000).toFixed(1)} s`);
  const byName = new Map(reports.map((report) => [report.domain, report]));
  for (const domain of DOMAINS) {
    await t.test(`${domain.name}: ${domain.planted}`, () => {
      assert.equal(differences(domain, byName.get(domain.name)).join('\n'), '');
    });
  }
  assert.equal(code, 2, 'errors were found');
});
