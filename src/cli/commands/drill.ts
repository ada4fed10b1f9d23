// `fingerpost drill DOMAIN`: what senders would do if each host, network, name server or
// certificate failed, told from what is observed now. Nothing is touched. Exit: 0 mail is taken
// now, 1 it is not, 3 this machine could not see.
import { FingerpostError } from '../../base/errors.ts';
import type { Drill } from '../../checks/drill/drill.ts';
import { drillJson } from '../../checks/drill/drill-json.ts';
import { printDrill } from '../../checks/drill/drill-text.ts';
import { drillOf } from '../../checks/drill/observed.ts';
import { conclude, FactBook } from '../../checks/fact-book.ts';
import type { Observation } from '../../checks/observation.ts';
import type { Call, CommandSpec } from '../call.ts';
import { domainsOf } from '../domain-list.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { observed, savedObservation } from '../observing.ts';

function usage(message: string): FingerpostError {
  return new FingerpostError('USAGE', message);
}

function observationOf(call: Call): Promise<Observation> {
  const saved = call.text('from');
  const [domain] = domainsOf(call);
  if (saved !== undefined) {
    if (domain !== undefined) throw usage('--from takes no domain: the file says which');
    return Promise.resolve(savedObservation(call, saved));
  }
  if (domain === undefined) throw usage('name a domain, or a saved observation with --from');
  return observed(call, { domain, purpose: 'drill' });
}

export const drill: CommandSpec = {
  name: 'drill',
  operands: ['[domain]'],
  summary: 'rehearse: what senders do when each host, network or name server fails',
  options: [{ flags: '--from <file>', about: 'rehearse with a saved observation' }],
  perform: async (call) => {
    const observation = await observationOf(call);
    const concluded = conclude(drillOf(observation.about), new FactBook(observation.facts));
    if (concluded.kind === 'missing')
      throw usage('the observation does not hold what a drill needs');
    const { value } = concluded;
    if (!call.printedJson(drillJson(value))) call.print(printDrill(value, call.style));
    return exitOf(value);
  },
};

function exitOf({ doubts, rows }: Drill): ExitCode {
  if (doubts.length > 0) return EXIT.untestable;
  const [usual] = rows;
  const isTaken = usual?.landing.kind === 'delivered' || usual?.landing.kind === 'kept';
  return isTaken ? EXIT.ok : EXIT.no;
}
