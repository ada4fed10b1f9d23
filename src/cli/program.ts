// The command line: turns the list of commands into a commander program, runs one, and makes of
// every error a message and an exit code.
import { Command, CommanderError } from 'commander';
import { FingerpostError } from '../base/errors.ts';
import { showJson, showOwn } from '../base/show.ts';
import { Call, type CommandSpec, type OptionValue } from './call.ts';
import { COMMANDS } from './commands/list.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit.ts';
import type { Surroundings } from './surroundings.ts';

const SUMMARY =
  'A mail exchange in one program: publishes MX records, delivers along them, and explains why.';

const GROUPS: Readonly<Record<string, string>> = {
  queue: 'what waits to be delivered',
  zone: 'the zones this server publishes',
};

type Ended = (code: ExitCode) => void;

/** The command to which a name of two words belongs: its group, made once. */
function parentOf(program: Command, words: readonly string[]): Command {
  const [group, rest] = words;
  if (group === undefined || rest === undefined) return program;
  const known = program.commands.find((each) => each.name() === group);
  return known ?? program.command(group).description(GROUPS[group] ?? '');
}

interface GlobalOptions {
  readonly config?: string;
  readonly json?: boolean;
}

function add(program: Command, spec: CommandSpec, around: Surroundings, ended: Ended): void {
  const words = spec.name.split(' ');
  const command = parentOf(program, words).command(words.at(-1) ?? '');
  command.description(spec.summary);
  for (const operand of spec.operands ?? []) command.argument(operand);
  for (const { flags, about } of spec.options ?? []) command.option(flags, about);
  command.action(async () => {
    const { config, json } = program.opts<GlobalOptions>();
    const call = new Call(around, {
      config,
      json: json === true,
      operands: command.args,
      options: command.opts<Record<string, OptionValue>>(),
    });
    ended(await spec.perform(call));
  });
}

/** The program with every command; for running it, and for the test that compares the manual. */
export function makeProgram(around: Surroundings, ended: Ended): Command {
  const program = new Command('fingerpost')
    .description(SUMMARY)
    .version(around.version, '--version', 'print the version')
    .option('-c, --config <file>', 'the configuration file')
    .option('--json', 'answer with JSON');
  const silence = (command: Command): Command =>
    command
      .exitOverride()
      .showHelpAfterError('(try --help)')
      .configureOutput({
        writeOut: (text) => around.out.write(text),
        writeErr: (text) => around.err.write(text),
      });
  silence(program);
  for (const spec of COMMANDS) add(program, spec, around, ended);
  return program;
}

/** Commander's own endings: help and version are no errors. */
function endOfCommander(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

function printError(error: unknown, around: Surroundings, json: boolean): void {
  const ours = error instanceof FingerpostError;
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const code = ours ? error.code : 'MISTAKE';
    around.err.write(`${showJson({ error: { code, message } })}\n`);
    return;
  }
  const lines = message.split('\n').map(showOwn);
  around.err.write(`fingerpost: ${lines.join('\nfingerpost: ')}\n`);
  if (ours || !(error instanceof Error)) return;
  around.err.write(`this is a mistake of the program; please report it with these lines:\n`);
  around.err.write(`${error.stack ?? ''}\n`);
}

/** Runs one command; `args` are the words after the program's name. Never rejects. */
export async function run(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = makeProgram(around, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(error);
    printError(error, around, args.includes('--json'));
    return exitCodeOf(error);
  }
}
