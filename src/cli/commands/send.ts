// `fingerpost send`: hands a mail from standard input, or a plain text from options, to the running
// server, or by SMTP to another one.
import type { Submitted } from '../../api/types.ts';
import { FingerpostError } from '../../base/errors.ts';
import { parseEndpoint, printEndpoint } from '../../base/ip.ts';
import { showText } from '../../base/show.ts';
import { type ComposeOptions, completeMessage, composePlain } from '../../message/compose.ts';
import type { Call, CommandSpec } from '../call.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printReplyText } from '../words.ts';

const ID_BYTES = 12;

function usage(message: string): FingerpostError {
  return new FingerpostError('USAGE', message);
}

function freshMessageId(call: Call, hostname: string): string {
  return `${Buffer.from(call.around.chance.bytes(ID_BYTES)).toString('hex')}@${hostname}`;
}

async function messageOf(call: Call, options: ComposeOptions): Promise<Uint8Array> {
  const body = call.text('body');
  const subject = call.text('subject');
  if (body !== undefined) return composePlain({ subject: subject ?? '', body }, options);
  const input = await call.around.readInput();
  if (input === undefined) throw usage('give the message on standard input, or --body TEXT');
  if (subject === undefined) return completeMessage(input, options);
  return composePlain({ subject, body: Buffer.from(input).toString('utf8') }, options);
}

function viaOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw usage('--server is an address with a port: 192.0.2.1:25');
  return printEndpoint(endpoint);
}

function report(call: Call, submitted: Submitted): ExitCode {
  const accepted = 'id' in submitted || submitted.reply.code < 400;
  const code = accepted ? EXIT.ok : EXIT.no;
  if (call.printedJson(submitted)) return code;
  if ('id' in submitted) call.print(`queued as ${showText(submitted.id)}\n`);
  else call.print(`${accepted ? 'taken' : 'refused'}: ${printReplyText(submitted.reply)}\n`);
  return code;
}

export const send: CommandSpec = {
  name: 'send',
  summary: 'send a message from standard input, or a plain text',
  options: [
    { flags: '--from <address>', about: 'the sender; "" is the null sender' },
    { flags: '--to <address...>', about: 'the recipients' },
    { flags: '--subject <text>', about: 'makes a mail of a plain text' },
    { flags: '--body <text>', about: 'the text, instead of standard input' },
    { flags: '--server <endpoint>', about: 'give it to this server by SMTP, not to our queue' },
  ],
  perform: async (call) => {
    const from = call.text('from');
    const to = call.texts('to');
    if (from === undefined) throw usage('--from ADDRESS is missing');
    if (to.length === 0) throw usage('--to ADDRESS is missing');
    const via = viaOf(call.text('server'));
    const messageId = freshMessageId(call, call.settingsOrDefaults().hostname);
    const message = await messageOf(call, { from, to, now: call.around.clock.now(), messageId });
    const submission = { sender: from, recipients: to, message };
    if (via === undefined) return report(call, await call.server().submit(submission));
    const [submitted] = await call.ask((client) => client.submit({ ...submission, via }));
    return report(call, submitted);
  },
};
