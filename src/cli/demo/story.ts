// The story of the demo: a message follows the MX records to the primary, to the backup when the
// primary is down, and from the backup to the primary when it is back. A line is told only after
// the servers reported it; a step that is not seen ends the story with a failure.
import type { FingerpostEvent } from '../../base/events.ts';
import { showOctets, showText } from '../../base/show.ts';
import type { Style } from '../style.ts';
import type { Actor } from './stage.ts';
import { ADDRESS, MX_TO_BACKUP, MX_TO_MAIL, type Part, SMTP_PORT } from './world.ts';

export interface Cast {
  readonly actors: Readonly<Record<Part['name'], Actor>>;
  readonly style: Style;
  readonly tell: (text: string) => void;
  /** How many messages are in the Maildir of user@example.com. */
  readonly delivered: () => number;
}

type EventOf<Kind extends FingerpostEvent['kind']> = Extract<FingerpostEvent, { kind: Kind }>;

/** A step that did not happen. */
class Missed extends Error {}

const SENDER = 'visitor@example.net';
const RECIPIENT = 'user@example.com';

/** True when every step was seen. */
export async function play(cast: Cast): Promise<boolean> {
  const { tell, style } = cast;
  try {
    await whileAllIsWell(cast);
    await whileMailIsDown(cast);
    await whenMailIsBack(cast);
    const count = cast.delivered();
    if (count !== 2) throw new Missed(`2 messages in the Maildir, but there are ${count}`);
    tell(`\n${style.strong('Both messages are in the Maildir; nothing was lost.')}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof Missed)) throw error;
    tell(`\n${style.strong('This did not happen:')} ${error.message}\n`);
    return false;
  }
}

async function whileAllIsWell(cast: Cast): Promise<void> {
  chapter(cast, '1. All is well');
  await send(cast, 'one');
  await taken(cast, 'sender', ADDRESS.mail, MX_TO_MAIL);
  await inMaildir(cast);
}

async function whileMailIsDown(cast: Cast): Promise<void> {
  chapter(cast, '2. mail.example.com is stopped');
  await cast.actors.mail.stop();
  await send(cast, 'two');
  await refusedByMail(cast, 'sender');
  await taken(cast, 'sender', ADDRESS.backup, MX_TO_BACKUP);
  await refusedByMail(cast, 'backup');
  await seen(
    cast,
    'backup',
    'recipient.deferred',
    'keeps the message, and will not relay to itself',
  );
  because(cast, MX_TO_BACKUP);
}

async function whenMailIsBack(cast: Cast): Promise<void> {
  chapter(cast, '3. mail.example.com is started again');
  await cast.actors.mail.start();
  await seen(cast, 'backup', 'host.well', 'sees that mail.example.com answers again');
  await taken(cast, 'backup', ADDRESS.mail, MX_TO_MAIL);
  await inMaildir(cast);
}

async function send({ actors, tell }: Cast, subject: string): Promise<void> {
  const header = `From: <${SENDER}>\r\nTo: <${RECIPIENT}>\r\nSubject: ${subject}\r\n`;
  const message = `${header}\r\nHello!\r\n`;
  const id = await actors.sender.submit(SENDER, RECIPIENT, message);
  tell(line('sender', `has a message for ${RECIPIENT} (${id})`));
}

/** A target was tried and took the message. */
async function taken(
  cast: Cast,
  who: Part['name'],
  address: string,
  record: string,
): Promise<void> {
  const tried = await take(
    cast,
    who,
    'target.tried',
    (event) => event.address === address && isYes(event),
  );
  await take(cast, who, 'recipient.delivered', () => true);
  const reply = showOctets(tried.ending.replace('answered ', ''));
  cast.tell(line(who, `gives it to ${tried.host}, which says ${reply}`));
  because(cast, record);
}

const isYes = ({ ending }: EventOf<'target.tried'>): boolean => ending.startsWith('answered 2');

async function refusedByMail(cast: Cast, who: Part['name']): Promise<void> {
  const tried = await take(
    cast,
    who,
    'target.tried',
    (event) => event.address === ADDRESS.mail && !isYes(event),
  );
  cast.tell(line(who, `tries ${tried.host} port ${SMTP_PORT}: ${showOctets(tried.ending)}`));
  because(cast, MX_TO_MAIL);
}

async function inMaildir(cast: Cast): Promise<void> {
  const { because: where } = await take(cast, 'mail', 'recipient.delivered', () => true);
  cast.tell(line('mail', `puts it into the mailbox of ${RECIPIENT}: ${showText(where)}`));
}

async function seen(
  cast: Cast,
  who: Part['name'],
  kind: FingerpostEvent['kind'],
  sentence: string,
): Promise<void> {
  await take(cast, who, kind, () => true);
  cast.tell(line(who, sentence));
}

async function take<Kind extends FingerpostEvent['kind']>(
  { actors }: Cast,
  who: Part['name'],
  kind: Kind,
  fits: (event: EventOf<Kind>) => boolean,
): Promise<EventOf<Kind>> {
  const found = await actors[who].take(
    (event) => event.kind === kind && fits(event as EventOf<Kind>),
  );
  if (found) return found as EventOf<Kind>;
  throw new Missed(`${kind} at ${who}`);
}

const line = (who: string, sentence: string): string => `  ${who.padEnd(7)} ${sentence}\n`;

function because({ tell, style }: Cast, record: string): void {
  tell(`          ${style.accent('◀')} ${style.dim(record)}\n`);
}

function chapter({ tell, style }: Cast, title: string): void {
  tell(`\n${style.strong(title)}\n`);
}
