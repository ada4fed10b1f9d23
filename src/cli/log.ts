// Events as lines of a log: a time, a word, and what happened. Foreign text is made safe to show.
import type { FingerpostEvent } from '../base/events.ts';
import { showJson, showOctets, showOwn, showText } from '../base/show.ts';
import {
  type Instant,
  instantAt,
  milliseconds,
  printDuration,
  printInstant,
} from '../base/time.ts';
import { counted, printAddress, printHost, printSize, printTime } from './words.ts';

type EventOf<Kind extends FingerpostEvent['kind']> = Extract<FingerpostEvent, { kind: Kind }>;

function recipientSentence(
  event: EventOf<'recipient.delivered' | 'recipient.deferred' | 'recipient.failed'>,
): string {
  const where = event.where === undefined ? '' : ` to ${showText(event.where)}`;
  const next = event.nextAttemptAt;
  const again = next === undefined ? '' : `; next attempt ${printTime(instantAt(next))}`;
  const because = showOctets(event.because);
  return `${event.id} ${printAddress(event.recipient)}${where}: ${because}${again}`;
}

function triedSentence(event: EventOf<'target.tried'>): string {
  const preference = event.preference === undefined ? '' : ` (preference ${event.preference})`;
  const target = `${printHost(event.host)} ${event.address} port ${event.port}${preference}`;
  return `${event.id} ${target}: ${showOctets(event.ending)}`;
}

function acceptedSentence(event: EventOf<'message.accepted'>): string {
  const recipients = event.recipients.map(printAddress).join(', ');
  const envelope = `from ${printAddress(event.sender)} to ${recipients}`;
  return `${event.id} ${envelope}, ${printSize(event.sizeBytes)}, client ${event.client}`;
}

function badHostSentence({ address, probeAt, because }: EventOf<'host.bad'>): string {
  return `${address} until ${printTime(instantAt(probeAt))}: ${showOctets(because)}`;
}

function recoveredSentence(event: EventOf<'queue.recovered'>): string {
  const { waiting, interrupted, held } = event;
  return `${counted(waiting, 'recipient')} waiting, ${interrupted} interrupted, ${held} held`;
}

/** What happened, without its time and its word. */
function sentence(event: FingerpostEvent): string {
  switch (event.kind) {
    case 'server.started':
      return event.hostname;
    case 'server.notice':
      return event.text;
    case 'listening':
      return `${event.what} at ${event.at}`;
    case 'worker.died':
      return `${event.worker}: ${showText(event.because)}`;
    case 'zone.loaded':
      return `${printHost(event.zone)} serial ${event.serial}, ${counted(event.names, 'name')}`;
    case 'zone.refused':
      return event.faults.map(showOwn).join('; ');
    case 'queue.recovered':
      return recoveredSentence(event);
    case 'connection.opened':
    case 'connection.closed':
      return event.because ? `${event.client}: ${showText(event.because)}` : event.client;
    case 'message.refused':
      return `${event.client}: ${showOctets(event.reply)}`;
    case 'message.accepted':
      return acceptedSentence(event);
    case 'target.tried':
      return triedSentence(event);
    case 'recipient.delivered':
    case 'recipient.deferred':
    case 'recipient.failed':
      return recipientSentence(event);
    case 'recipient.bounced':
      return `${event.id} ${printAddress(event.recipient)}: told by ${event.bounceId}`;
    case 'host.bad':
      return badHostSentence(event);
    case 'host.well':
      return event.address;
    case 'probe.arrived': {
      const took = printDuration(milliseconds(event.tookMs));
      return `${printHost(event.domain)} by way of ${showText(event.path)} after ${took}`;
    }
    case 'probe.lost':
      return `${printHost(event.domain)} by way of ${showText(event.path)}`;
    case 'watch.looked':
      return `${printHost(event.domain)}, ${counted(event.notices, 'notice')}`;
    case 'watch.noticed':
      return `${printHost(event.domain)} ${event.notice}: ${showText(event.what)}`;
    case 'watch.failed':
      return `${printHost(event.domain)}: ${showOctets(event.because)}`;
    case 'storage.failed':
      return showText(event.because);
  }
}

/** One line, with its end. */
export function printEvent(event: FingerpostEvent, at: Instant, json: boolean): string {
  if (json) return `${showJson({ at: printInstant(at), ...event })}\n`;
  return `${printInstant(at)} ${event.kind} ${sentence(event)}\n`;
}
