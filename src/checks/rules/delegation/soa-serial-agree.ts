// SOA-SERIAL-AGREE: all name servers have the same version of the zone.

import { between, instantAt, minutes, printDuration, seconds } from '../../../base/time.ts';
import type { About } from '../../about.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, unknown } from '../../verdict.ts';
import { listText } from '../words.ts';
import { isNewerSerial, serialSteps } from './serial.ts';
import { servedZone } from './served-zone.ts';
import { type SoaSeen, soaAt } from './server-answers.ts';
import { serverText } from './words.ts';

/** A change or two under way is how a zone lives. */
const STEPS_SMALL = 2;

export const soaSerialAgree: Rule = {
  id: 'SOA-SERIAL-AGREE',
  title: 'All name servers have the same version of the zone',
  severity: 'warning',
  why:
    'The serial in the SOA record tells which version of the zone a server has. A server that ' +
    'stays behind goes on giving out old MX records, and when the time to expire is over it ' +
    'gives out none.',
  wrong: 'ns1: example.com.  SOA … 2026060107 …\nns2: example.com.  SOA … 2026051201 …',
  right: 'ns1: example.com.  SOA … 2026060107 …\nns2: example.com.  SOA … 2026060107 …',
  remedy:
    'Look in the log of the server that is behind why its transfer fails: refused by the ' +
    'primary, a key (TSIG) that differs, TCP that is closed, or a serial that was set back once.',
  sources: ['RFC 1034 §4.3.5', 'RFC 1982 §3', 'RFC 1996 §2'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, zone } = served;
    const seen = yield* soaAt(zone);
    const [first] = seen;
    if (!first) return [unknown(subject, 'no name server gave an SOA record')];
    const newest = seen.reduce(
      (best, each) => (isNewerSerial(each.soa.serial, best.soa.serial) ? each : best),
      first,
    );
    const { serial } = newest.soa;
    const behind = seen.filter(({ soa }) => soa.serial !== serial);
    if (behind.length === 0) return [pass(subject, `serial ${serial}`)];
    const told = behind.map(({ server, soa }) => `${serverText(server)} has ${soa.serial}`);
    const says = `${serverText(newest.server)} has serial ${serial}, but ${listText(told)}`;
    const steps = Math.max(...behind.map(({ soa }) => serialSteps(soa.serial, serial)));
    const age = ageOf(about, newest);
    const isFresh = age !== undefined && age <= seconds(newest.soa.refreshSeconds);
    const isSmall = steps <= STEPS_SMALL || isFresh;
    return [
      finding(subject, isFresh ? `${says} (changed ${printDuration(age)} ago)` : says, {
        severity: isSmall ? 'notice' : 'warning',
        actor: 'dns-host',
        shows: seconds(newest.soa.refreshSeconds),
        evidence: [newest, ...behind].map(({ id }) => id),
      }),
    ];
  },
};

/** How long ago the zone changed, where the serial is a time as Unix counts it. */
function ageOf({ now }: About, { soa }: SoaSeen) {
  const age = between(instantAt(soa.serial * 1_000), now);
  return age >= -minutes(5) && age <= seconds(soa.refreshSeconds) ? age : undefined;
}
