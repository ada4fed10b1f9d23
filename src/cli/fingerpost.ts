// The fingerpost in text: a post that stands for a domain, an arm for each of its exchanges,
// nearest first. The arm that mail takes is lit and says so; one that is out of service hangs
// broken, with the reason. A state is told by shape and word; colour only repeats it.

import type { RouteExplanation } from '../api/types.ts';
import { printEndpoint } from '../base/ip.ts';
import { showOctets, showText } from '../base/show.ts';
import type { Route } from '../routing/route.ts';
import type { Left, LeftKind } from '../routing/target.ts';
import { domainText } from '../smtp/address.ts';
import { printReply } from '../smtp/reply.ts';
import { type Arm, type ArmState, armsOf } from './arms.ts';
import type { Style } from './style.ts';
import { printHost } from './words.ts';

/** Where the post stands, in characters from the left. */
const INDENT = '    ';

const SHAPE: Readonly<Record<ArmState, string>> = {
  takes: '┣━▶',
  'stands-by': '┣━━',
  out: '┣╌╌',
};

const WORD: Readonly<Record<ArmState, string>> = {
  takes: 'takes the mail',
  'stands-by': 'stands by',
  out: 'out of service',
};

interface Board {
  readonly state: ArmState;
  readonly number: string;
  readonly name: string;
  readonly word: string;
  /** What hangs below the arm, a line each. */
  readonly below: readonly string[];
}

function leftLine({ address, because }: Left): string {
  const what = address === undefined ? '' : `${address}  `;
  return `✗ ${what}${showOctets(because)}`;
}

/** Why a whole arm is out, where that is not a fault of its own. */
const LEFT_WORD: Partial<Record<LeftKind, string>> = {
  self: 'this server',
  'not-better': 'no nearer than this server',
  surplus: 'in reserve',
};

function wordOf({ state, left }: Arm): string {
  const kind = left[0]?.kind;
  return (state === 'out' && kind !== undefined && LEFT_WORD[kind]) || WORD[state];
}

function boardOf(arm: Arm): Board {
  return {
    state: arm.state,
    number: arm.preference === undefined ? '·' : String(arm.preference),
    name: printHost(arm.host),
    word: wordOf(arm),
    below: [...arm.targets.map((target) => printEndpoint(target)), ...arm.left.map(leftLine)],
  };
}

/** The board that stands for a decision without hosts. */
function decisionBoard(route: Exclude<Route, { kind: 'hosts' }>): Board {
  if (route.kind === 'here') {
    const { kind, path } = route.deliverTo;
    const below = [`${kind}:${showText(path)}`];
    return { state: 'takes', number: '·', name: 'here', word: WORD.takes, below };
  }
  const name = route.kind === 'never' ? 'nowhere' : 'nowhere now';
  const below = [showOctets(printReply(route.reply))];
  return { state: 'out', number: '·', name, word: showOctets(route.because), below };
}

function boardsOf(route: Route): readonly Board[] {
  const arms = armsOf(route).map(boardOf);
  return route.kind === 'hosts' ? arms : [...arms, decisionBoard(route)];
}

/** The drawing, several lines. */
export function drawFingerpost(explanation: RouteExplanation, style: Style): string {
  const boards = boardsOf(explanation.route);
  const numberWidth = Math.max(...boards.map(({ number }) => number.length));
  const nameWidth = Math.max(...boards.map(({ name }) => name.length));
  const lines = boards.flatMap(({ state, number, name, word, below }) => {
    const sign = `${number.padStart(numberWidth)}  ${name.padEnd(nameWidth)}`;
    const text = `${SHAPE[state]} ${sign}  ${word}`;
    const board = state === 'takes' ? style.accent(text) : state === 'out' ? style.dim(text) : text;
    const hung = below.map((line) => `┃   ${' '.repeat(numberWidth)}    ${line}`);
    return [board, ...hung, '┃'];
  });
  const domain = showText(domainText(explanation.question.domain));
  const post = ['┃', ...lines].map((line) => `${INDENT}${line}`);
  return [...post, `  ▔▔▔▔▔ ${style.strong(domain)}`].map((line) => `${line}\n`).join('');
}
