// Asks a name server over UDP, as a process of its own: every line of a file once, a fixed number
// of queries under way at a time. For machines without dnsperf. Prints what came back as JSON.
//
//   node bench/support/dns-generator.ts ADDRESS PORT FILE
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { queryBytes } from './query.ts';

const UNDER_WAY = 100;
const LOST_MS = 1_000;

const [address = '', port = '', file = ''] = process.argv.slice(2);
// The id says which of those under way it is, so it is also the way back.
const queries = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line, at) => queryBytes(line.split(' ')[0] ?? '', at % UNDER_WAY));

let next = 0;
let completed = 0;
let replyBytes = 0;
let lost = 0;
const sentAt = new Array<number>(UNDER_WAY).fill(Number.POSITIVE_INFINITY);
const socket = createSocket('udp4');

/** The next query of a place among those under way. */
function send(slot: number): void {
  const query = queries[next];
  if (!query) sentAt[slot] = Number.POSITIVE_INFINITY;
  else {
    next += 1;
    query[0] = 0;
    query[1] = slot;
    sentAt[slot] = performance.now();
    socket.send(query);
  }
  if (completed + lost === queries.length) finish();
}

const started = performance.now();

function finish(): void {
  clearInterval(sweep);
  socket.close();
  const seconds = (performance.now() - started) / 1_000;
  const replyBytesMean = Math.round(replyBytes / completed);
  console.log(JSON.stringify({ completed, lost, replyBytesMean, perSecond: completed / seconds }));
}

/** What is not answered in time is lost, and its place is free for another. */
const sweep = setInterval(() => {
  const late = performance.now() - LOST_MS;
  for (let slot = 0; slot < UNDER_WAY; slot += 1) {
    if ((sentAt[slot] as number) > late) continue;
    lost += 1;
    send(slot);
  }
}, LOST_MS);

socket.on('message', (reply) => {
  const slot = (reply[1] as number) % UNDER_WAY;
  if (sentAt[slot] === Number.POSITIVE_INFINITY) return;
  completed += 1;
  replyBytes += reply.length;
  send(slot);
});
socket.connect(Number(port), address, () => {
  for (let slot = 0; slot < UNDER_WAY; slot += 1) send(slot);
});
