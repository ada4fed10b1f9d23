// SOA-TIMERS: secondaries follow soon, go on for long, and "no" is not believed for too long.
import { printDuration, seconds } from '../../../base/time.ts';
import type { SoaData } from '../../../dns/records/record-data.ts';
import type { Rule } from '../../rule.ts';
import { finding, pass, type Severity, unknown } from '../../verdict.ts';
import { servedZone } from './served-zone.ts';
import { soaAt } from './server-answers.ts';

/** RFC 1912 §2.2: 20 minutes at the least. */
const REFRESH_MIN_SECONDS = 1_200;
/** A week: a primary that fails on a Friday is mended before its secondaries give up. */
const EXPIRE_MIN_SECONDS = 604_800;
const NEGATIVE_MIN_SECONDS = 300;
/** RFC 2308 §5: more than a day is a problem. */
const NEGATIVE_MAX_SECONDS = 86_400;

export const soaTimers: Rule = {
  id: 'SOA-TIMERS',
  title: 'The times in the SOA record make sense',
  severity: 'notice',
  why:
    'The SOA record tells secondaries how often to look for changes, how soon to try again, and ' +
    'when to stop answering if the primary is gone; and everybody for how long to believe that a ' +
    'name does not exist. Where the time to expire is over before a secondary may even look ' +
    'again, it stops serving a zone that is well.',
  wrong: 'example.com.  SOA … 7 86400 7200 3600 300      ; expires before it is refreshed',
  right: 'example.com.  SOA … 7 7200 3600 1209600 3600',
  remedy:
    'Refresh 20 minutes to 12 hours, retry a fraction of it, expire 1 to 4 weeks, and 5 minutes ' +
    'to 3 hours for names that do not exist.',
  sources: ['RFC 1035 §3.3.13', 'RFC 1912 §2.2', 'RFC 2308 §5'],
  *judge(about) {
    const served = yield* servedZone(about);
    if (served.kind === 'not-served') return served.verdicts;
    const { subject, zone } = served;
    const [first] = yield* soaAt(zone);
    if (!first) return [unknown(subject, 'no name server gave an SOA record')];
    const faults = faultsOf(first.soa);
    if (faults.length === 0) return [pass(subject)];
    const severity = SEVERITIES_HERE.find((each) => faults.some((it) => it.severity === each));
    const says = `SOA record: ${faults.map(({ because }) => because).join('; ')}`;
    const details = { actor: 'dns-host', evidence: [first.id] } as const;
    return [finding(subject, says, { ...details, ...(severity && { severity }) })];
  },
};

interface Fault {
  readonly severity: Severity;
  readonly because: string;
}

/** The worst first. Times that only cost questions are worth no more than to be told. */
const SEVERITIES_HERE: readonly Severity[] = ['warning', 'notice', 'info'];

function faultsOf(soa: SoaData): readonly Fault[] {
  const { refreshSeconds, retrySeconds, expireSeconds, negativeTtlSeconds } = soa;
  const [refresh, retry, expire, negative] = [
    `refresh ${text(refreshSeconds)}`,
    `retry ${text(retrySeconds)}`,
    `expire ${text(expireSeconds)}`,
    `negative answers ${text(negativeTtlSeconds)}`,
  ];
  const all: readonly (readonly [boolean, Severity, string])[] = [
    [expireSeconds < refreshSeconds, 'warning', `${expire} is less than ${refresh}`],
    [
      expireSeconds >= refreshSeconds && expireSeconds < EXPIRE_MIN_SECONDS,
      'notice',
      `${expire} is less than a week`,
    ],
    [retrySeconds >= refreshSeconds, 'notice', `${retry} is not less than ${refresh}`],
    [negativeTtlSeconds > NEGATIVE_MAX_SECONDS, 'notice', `${negative} is more than a day`],
    [refreshSeconds < REFRESH_MIN_SECONDS, 'info', `${refresh} is less than 20 min`],
    [negativeTtlSeconds < NEGATIVE_MIN_SECONDS, 'info', `${negative} is less than 5 min`],
  ];
  return all.flatMap(([is, severity, because]) => (is ? [{ severity, because }] : []));
}

const text = (count: number): string => (count === 0 ? '0 s' : printDuration(seconds(count)));
