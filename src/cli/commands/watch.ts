// `fingerpost watch`: the domains that the running server watches, and what is broken now, since
// when.
import type { WatchedDomain } from '../../api/types.ts';
import { showOctets, showText } from '../../base/show.ts';
import type { Instant } from '../../base/time.ts';
import type { Call, CommandSpec } from '../call.ts';
import { EXIT } from '../exit.ts';
import { counted, printFromNow, printHost } from '../words.ts';

function headOf({ domain, lastLookAt, blindSince, broken }: WatchedDomain, now: Instant): string {
  const when =
    lastLookAt === undefined ? 'not looked at yet' : `looked at ${printFromNow(lastLookAt, now)}`;
  const blind =
    blindSince === undefined ? '' : `; nothing can be seen since ${printFromNow(blindSince, now)}`;
  const state = broken.length === 0 ? '✓ as it should be' : `✗ ${counted(broken.length, 'fault')}`;
  return `${printHost(domain)}  ${lastLookAt === undefined ? '?' : state}, ${when}${blind}\n`;
}

function brokenLines({ broken }: WatchedDomain, now: Instant): readonly string[] {
  return broken.flatMap(({ rule, subject, severity, state, since, says }) => {
    const word = state === 'flapping' ? 'comes and goes' : severity;
    const begun = printFromNow(since, now);
    return [
      `  ${word}  ${rule}  ${showText(subject)}, since ${begun}\n`,
      `    ${showOctets(says)}\n`,
    ];
  });
}

function print(call: Call, domains: readonly WatchedDomain[]): void {
  const now = call.around.clock.now();
  if (domains.length === 0) call.print('nothing is watched: add `watch:` to the configuration\n');
  for (const domain of domains) {
    call.print(call.style.strong(headOf(domain, now).trimEnd()));
    call.print(`\n${brokenLines(domain, now).join('')}`);
  }
}

export const watch: CommandSpec = {
  name: 'watch',
  summary: 'show the domains that the server watches, and what is broken now',
  perform: async (call) => {
    const domains = await call.server().watched();
    const isWell = domains.every(({ broken }) => broken.length === 0);
    if (!call.printedJson({ domains })) print(call, domains);
    return isWell ? EXIT.ok : EXIT.no;
  },
};
