// A round trip as a person reads it: a table with a line for each way, then what each host said and
// how the probe went on from there. What hosts said is made safe to show.
import type { Hop, PathResult, RoundTrip, TestProgress } from '../api/types.ts';
import { showOctets, showText } from '../base/show.ts';
import { between, type Duration, milliseconds, printDuration } from '../base/time.ts';
import { padTo, widthOf } from '../base/width.ts';
import type { Style } from './style.ts';
import { counted, printHost, printTime } from './words.ts';

const STATES: Readonly<Record<PathResult['state'], string>> = {
  waiting: 'on its way',
  accepted: 'accepted',
  refused: 'refused',
  deferred: 'deferred',
  unreachable: 'not reachable',
  arrived: 'arrived',
  'lost-sight': 'not seen',
};

/** `normal way`; `mail.example.com 192.0.2.10 (MX 10)`. */
function nameOf({ target }: PathResult): string {
  if (!target) return 'the normal way';
  const { host, address, preference } = target;
  const number = preference === undefined ? '' : ` (MX ${preference})`;
  return `${printHost(host)} ${address}${number}`;
}

/** What it is doing, on one line. */
export function printProgress({ path, ended, paths }: TestProgress): string {
  return `${ended} of ${paths} ways; ${nameOf(path)}: ${STATES[path.state]}`;
}

export function printRoundTrip(trip: RoundTrip, style: Style): string {
  const { address, startedAt, endedAt, paths } = trip;
  const took = printDuration(between(startedAt, endedAt));
  const title = `test ${showText(address)}: ${counted(paths.length, 'way')}, ${took}`;
  if (trip.untestable !== undefined) {
    return `${style.strong(title)}\n  why: ${showOctets(trip.untestable)}\n${leftLines(trip)}`;
  }
  return [
    `${style.strong(title)}\n\n`,
    table([HEADINGS, ...paths.map(rowOf)]),
    ...paths.map((path) => story(path, trip, style)),
    `\n${leftLines(trip)}`,
    ...(trip.forged > 0
      ? [`${counted(trip.forged, 'forged probe')} found, and not believed\n`]
      : []),
    watchedLine(trip),
  ].join('');
}

const HEADINGS = ['way', 'what happened', 'accepted', 'arrived', 'hosts', 'TLS'];

function rowOf(path: PathResult): readonly string[] {
  const { sentAt, acceptedAt, arrival, state } = path;
  const accepted = sentAt !== undefined && acceptedAt !== undefined;
  return [
    nameOf(path),
    STATES[state],
    accepted ? printDuration(between(sentAt, acceptedAt)) : '-',
    arrival ? printDuration(arrival.tookMs) : '-',
    arrival ? String(arrival.hops.length) : '-',
    tlsOf(path),
  ];
}

/** On the first connection that came to something, as the host on the other side saw it. */
function tlsOf({ arrival, tries, acceptedAt }: PathResult): string {
  const seen = arrival?.hops[0];
  if (seen) return seen.tls ? tlsText(seen.tls) : 'none';
  const last = tries.at(-1);
  if (acceptedAt === undefined || !last) return '-';
  return last.tls === undefined ? 'none' : showText(last.tls.split(' ')[0] ?? '');
}

const tlsText = ({ protocol }: NonNullable<Hop['tls']>): string =>
  protocol === undefined ? 'yes' : showOctets(protocol);

/** Columns by what a terminal shows: names may hold wide characters. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => padTo(cell, widths[at] ?? 0)).join('  ');
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join('');
}

function story(path: PathResult, trip: RoundTrip, style: Style): string {
  const lines = [
    ...path.tries.map(triedLine),
    ...stateLines(path, trip),
    ...(path.arrival?.hops ?? []).map(hopLine),
    ...(path.arrival ? [`seen in ${showText(path.arrival.file)}`] : []),
  ];
  return `\n${style.strong(nameOf(path))}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function triedLine(tried: PathResult['tries'][number]): string {
  const tls = tried.tls === undefined ? '' : `, ${showText(tried.tls)}`;
  const notes = tried.notes.map((note) => `, ${showOctets(note)}`).join('');
  const took = printDuration(milliseconds(tried.tookMs));
  const place = `${printHost(tried.host)} ${tried.address}`;
  return `given to ${place} (${took}${tls}${notes}): ${showOctets(tried.ending)}`;
}

function stateLines({ state, nextAttemptAt }: PathResult, trip: RoundTrip): readonly string[] {
  if (state === 'lost-sight') {
    return [`accepted, and not seen to arrive within ${printDuration(trip.waitMs)}`];
  }
  if (state !== 'deferred' || nextAttemptAt === undefined) return [];
  return [`deferred: a delivery tries again at ${printTime(nextAttemptAt)}`];
}

/** `backup.example.com took it at …, by ESMTPS (TLSv1.3 …), and kept it 5 min`. */
function hopLine({ by, client, from, at, protocol, tls, id, heldMs }: Hop): string {
  const who = by === undefined ? 'a host that does not name itself' : showOctets(by);
  const giver = [from && showOctets(from), client].filter(Boolean).join(' ');
  const secured = tls ? ` (${tlsWhole(tls)})` : '';
  return [
    `${who} took it`,
    at === undefined ? '' : ` at ${printTime(at)}`,
    giver === '' ? '' : ` from ${giver}`,
    protocol === undefined ? '' : ` by ${showOctets(protocol)}`,
    secured,
    id === undefined ? '' : ` as ${showOctets(id)}`,
    heldMs === undefined ? '' : `, ${keptText(heldMs)}`,
  ].join('');
}

const tlsWhole = ({ protocol, cipher }: NonNullable<Hop['tls']>): string =>
  showOctets([protocol ?? 'TLS', cipher].filter(Boolean).join(' '));

const keptText = (heldMs: Duration): string =>
  heldMs < 0
    ? `and its clock differs by ${printDuration(milliseconds(-heldMs))}`
    : `and kept it ${printDuration(heldMs)}`;

function leftLines({ left }: RoundTrip): string {
  return left
    .map(({ host, address, preference, because }) => {
      const place = [preference === undefined ? '' : `MX ${preference}`, printHost(host), address];
      return `not tried: ${place.filter(Boolean).join(' ')}: ${showOctets(because)}\n`;
    })
    .join('');
}

function watchedLine({ watched, unwatched }: RoundTrip): string {
  return watched.length > 0
    ? `arrivals were looked for in ${watched.map(showText).join(' and ')}\n`
    : `arrivals were not looked for: ${showText(unwatched ?? '')}\n`;
}
