// `fingerpost route ADDRESS`: where mail for an address goes now, and why; the very value that a
// delivery would use, as a picture and as a plan.
import type { RouteExplanation } from '../../api/types.ts';
import { printEndpoint } from '../../base/ip.ts';
import { showOctets, showText } from '../../base/show.ts';
import type { Route } from '../../routing/route.ts';
import type { Asked, CommandSpec } from '../call.ts';
import { EXIT } from '../exit.ts';
import { drawFingerpost } from '../fingerpost.ts';
import { columns, counted, printHost, printTime } from '../words.ts';

function title({ route, address }: RouteExplanation): string {
  const shown = showText(address);
  switch (route.kind) {
    case 'hosts':
      return `mail for ${shown}: ${counted(route.targets.length, 'target')}, tried in this order`;
    case 'here':
      return `mail for ${shown} is put into a mailbox of this server`;
    case 'never':
      return `mail for ${shown} cannot be delivered`;
    case 'later':
      return `mail for ${shown} must wait`;
  }
}

const numberOf = (preference: number | undefined): string =>
  preference === undefined ? 'no MX' : `MX ${preference}`;

function planRows(route: Route): readonly (readonly string[])[] {
  if (route.kind === 'here') return [['  why', showText(route.because)]];
  const targets = route.kind === 'hosts' ? route.targets : [];
  const tried = targets.map((target, at) => [
    `  ${at + 1}.`,
    numberOf(target.preference),
    printHost(target.host),
    printEndpoint(target),
    showOctets(target.because),
  ]);
  const left = route.left.map(({ preference, host, address, because }) => [
    '  not',
    numberOf(preference),
    printHost(host),
    address ?? '',
    showOctets(because),
  ]);
  return [...tried, ...left];
}

function printPlan(explanation: RouteExplanation, asked: Asked): string {
  const { route, question } = explanation;
  const verdict = route.kind === 'never' || route.kind === 'later' ? [route.because] : [];
  const who = asked === 'server' ? 'the running server' : 'this command, without a server';
  return [
    `${title(explanation)}\n`,
    ...verdict.map((because) => `  why: ${showOctets(because)}\n`),
    columns(planRows(route)),
    `decided by ${who}, ${printTime(question.now)}\n`,
  ].join('');
}

export const route: CommandSpec = {
  name: 'route',
  operands: ['<address>'],
  summary: 'show where mail for an address goes now, and why',
  perform: async (call) => {
    const [explanation, asked] = await call.ask((client) => client.route(call.operand(0)));
    const { kind } = explanation.route;
    const code = kind === 'hosts' || kind === 'here' ? EXIT.ok : EXIT.no;
    if (call.printedJson(explanation)) return code;
    call.print(`\n${drawFingerpost(explanation, call.style)}\n${printPlan(explanation, asked)}`);
    return code;
  },
};
