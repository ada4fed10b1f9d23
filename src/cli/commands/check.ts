// `fingerpost check DOMAIN`: looks at a domain from outside, judges it, and tells what is wrong. A
// run can be saved (`--save`), judged again (`--from`) and compared (`--since`); many domains come
// from a list (`--file`), some at a time. Exit: 0 clean, 1 by --fail-on, 2 errors, 3 not testable.
import type { CommandSpec } from '../call.ts';

export const check: CommandSpec = {
  name: 'check',
  operands: ['[domain...]'],
  summary: 'look at domains from outside, and tell what is wrong with their mail',
  options: [
    { flags: '--file <list>', about: 'check every domain of this file, one a line' },
    { flags: '--save <file>', about: 'keep the observation, to be judged or compared again' },
    { flags: '--from <file>', about: 'judge a saved observation instead of looking' },
    { flags: '--since <file>', about: 'tell only what changed since a saved observation' },
    { flags: '--format <form>', about: 'text, json, junit, sarif or markdown' },
    { flags: '--fail-on <severity>', about: 'exit with 1 for this severity too (default: error)' },
    { flags: '--evidence <id>', about: 'show the packets or the conversation behind an id' },
    { flags: '--selector <name...>', about: 'DKIM selectors in use' },
    { flags: '--probe-recipients', about: 'ask mail hosts for recipients besides postmaster' },
    { flags: '--all', about: 'tell what is as it should be, too' },
  ],
  // The rules are many files: other commands need not wait until they are read.
  perform: async (call) => (await import('../check-run.ts')).runCheck(call),
};
