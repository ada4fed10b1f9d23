// The evidence behind a finding or a cell, as text: the conversation with a mail host line by line,
// the packets of name servers, a lookup, a page. All of it is foreign text, made safe.
import { latin1 } from '../../base/bytes.ts';
import { showOctets, showOwn, showText } from '../../base/show.ts';
import { printInstant } from '../../base/time.ts';
import type { Delegation } from '../../dns/authority.ts';
import type { Lookup } from '../../dns/lookup.ts';
import { hostText } from '../../dns/name.ts';
import type { Packet, ResourceRecord } from '../../dns/packet.ts';
import { RCODE } from '../../dns/packet.ts';
import type { RecordData } from '../../dns/records/record-data.ts';
import { printData } from '../../dns/records/registry.ts';
import { typeText } from '../../dns/types.ts';
import type { Dialogue, Step } from '../../smtp/probe.ts';
import type { Fact, Page, ServerAnswer } from '../fact.ts';
import { FactBook } from '../fact-book.ts';
import type { Observation } from '../observation.ts';
import { readCertificate } from '../rules/certificate/read.ts';

/** The evidence with this id; nothing where there is none. `D3.1` is one server of `D3`. */
export function evidenceLines(observation: Observation, id: string): readonly string[] | undefined {
  const wanted = id.toUpperCase();
  const facts = new FactBook(observation.facts).all();
  const fact = facts.find((each) => idsOf(each).includes(wanted));
  if (!fact) return undefined;
  const when = `${fact.id}, asked ${printInstant(fact.at)}, ${Math.round(fact.tookMs)} ms`;
  return [when, ...linesOf(fact, wanted)];
}

const idsOf = (fact: Fact): readonly string[] =>
  fact.kind === 'answers' ? [fact.id, ...fact.answers.map(({ id }) => id)] : [fact.id];

function linesOf(fact: Fact, wanted: string): readonly string[] {
  switch (fact.kind) {
    case 'lookup':
    case 'resolved': {
      const how = fact.kind === 'lookup' ? 'from the root' : 'through the resolver';
      const { name, type } = fact.want;
      return [`${showText(name)} ${typeText(type)} ${how}`, ...lookupLines(fact.lookup, type)];
    }
    case 'zone':
      return [`the zone of ${showText(fact.want.name)}`, ...delegationLines(fact.delegation)];
    case 'answers': {
      const chosen = fact.answers.filter(({ id }) => wanted === fact.id || wanted === id);
      return [...chosen.flatMap(answerLines), ...(fact.because ? [showText(fact.because)] : [])];
    }
    case 'dialogue':
      return dialogueLines(fact.dialogue);
    case 'page':
      return [showText(fact.want.url), ...pageLines(fact.page)];
    case 'egress':
      return [showText(fact.because)];
  }
}

function lookupLines(found: Lookup<RecordData>, type: number): readonly string[] {
  if (found.kind === 'failure') return [`  failure: ${showText(found.because)}`];
  const aliases = found.aliases.map((alias) => `  alias of ${showText(alias)}`);
  const secure = found.secure ? ', proven by DNSSEC' : '';
  if (found.kind !== 'records') return [...aliases, `  ${found.kind}${secure}`];
  const records = found.records.map((data) => `  ${showOwn(printData(data, type))}`);
  return [...aliases, ...records, `  for ${found.ttlSeconds} s${secure}`];
}

function delegationLines(delegation: Delegation): readonly string[] {
  if (delegation.kind === 'failure') {
    return [`  the walk ended at ${showText(delegation.at)}: ${showText(delegation.because)}`];
  }
  const referrals = delegation.referrals.map(({ server, kind, hosts, glue, because }) => {
    const where = `${showText(hostText(server.host))} ${server.address}`;
    const named = hosts.map((host) => showText(hostText(host))).join(', ');
    const beside = glue
      .map(({ host, address }) => `${showText(hostText(host))} ${address}`)
      .join(', ');
    const what = [named, beside && `glue ${beside}`, because && showText(because)];
    return `  ${where} says ${kind}: ${what.filter(Boolean).join('; ')}`;
  });
  const servers = delegation.servers.map(({ host, byParent, byChild }) => {
    const by = [byParent ? 'the parent' : '', byChild ? 'the zone' : ''].filter(Boolean);
    return `  ${showText(hostText(host))} is named by ${by.join(' and ') || 'nobody'}`;
  });
  return [`  ${showText(delegation.zone)}`, ...referrals, ...servers];
}

const RCODE_NAMES = new Map<number, string>(
  Object.entries(RCODE).map(([word, code]) => [code, word]),
);

function answerLines(answer: ServerAnswer): readonly string[] {
  const { server, name, type, by, ending, packet } = answer;
  const where = `${showText(hostText(server.host))} ${server.address} by ${by.toUpperCase()}`;
  const head = `${answer.id}  ${where}: ${showText(name)} ${typeText(type)}`;
  if (ending.kind === 'failure') return [head, `  ${ending.failure}: ${showText(ending.because)}`];
  const plain = ending.edns ? [] : ['  it answered only when asked without EDNS'];
  return [head, ...plain, ...(packet ? packetLines(packet) : ['  a packet that cannot be read'])];
}

function packetLines(packet: Packet): readonly string[] {
  const flags = [
    packet.authoritative ? 'AA' : '',
    packet.truncated ? 'TC' : '',
    packet.recursionAvailable ? 'RA' : '',
    packet.authenticData ? 'AD' : '',
  ];
  const code = RCODE_NAMES.get(packet.rcode) ?? `RCODE ${packet.rcode}`;
  return [
    `  ${[code, ...flags].filter(Boolean).join(' ')}`,
    ...packet.answers.map((record) => `  answer      ${recordText(record)}`),
    ...packet.authority.map((record) => `  authority   ${recordText(record)}`),
    ...packet.additional.map((record) => `  additional  ${recordText(record)}`),
  ];
}

/** Zone text, whose backslashes tell every byte already. */
const recordText = ({ name, ttlSeconds, type, data }: ResourceRecord): string =>
  showOwn(`${name} ${ttlSeconds} ${typeText(type)} ${printData(data, type)}`);

function dialogueLines(dialogue: Dialogue): readonly string[] {
  const { host, address, port, connect, steps, tls, clear } = dialogue;
  const title = `${showText(host)} ${address} port ${port}`;
  const second = clear
    ? [
        'a second connection, without TLS',
        ...connectLines(clear.connect),
        ...clear.steps.flatMap(stepLines),
      ]
    : [];
  const at = steps.findIndex(({ name }) => name === 'starttls') + 1;
  return [
    title,
    ...connectLines(connect),
    ...steps.slice(0, at).flatMap(stepLines),
    ...tlsLines(tls),
    ...steps.slice(at).flatMap(stepLines),
    ...second,
  ];
}

function connectLines(connect: Dialogue['connect']): readonly string[] {
  if (connect.kind === 'connected') {
    return [`     connected after ${Math.round(connect.tookMs)} ms`];
  }
  const what = connect.kind === 'failed' ? connect.failure : 'not tried';
  return [`     ${what}: ${showText(connect.because)}`];
}

function stepLines({ sent, reply, because, tookMs, name }: Step): readonly string[] {
  const asked = sent === undefined ? [] : [`  →  ${showText(sent)}`];
  if (!reply) return [...asked, `     ${showText(because ?? `no answer to ${name}`)}`];
  const last = reply.lines.length - 1;
  const enhanced = reply.enhanced === undefined ? '' : `${showText(reply.enhanced)} `;
  const lines = reply.lines.map((line, at) => {
    const time = at === last ? `   (${Math.round(tookMs)} ms)` : '';
    return `  ←  ${reply.code}${at === last ? ' ' : '-'}${enhanced}${showOctets(line)}${time}`;
  });
  return [...asked, ...lines];
}

function tlsLines(tls: Dialogue['tls']): readonly string[] {
  if (!tls) return [];
  if (tls.kind === 'failed') return [`     TLS failed: ${showText(tls.because)}`];
  const trust = tls.verified
    ? 'certificate verified'
    : `certificate not verified: ${showText(tls.because ?? '')}`;
  const [own] = tls.chain;
  return [
    `     ${showText(tls.protocol)} ${showText(tls.cipher)}, ${trust}`,
    ...(own ? certificateLines(own) : []),
  ];
}

function certificateLines(der: Uint8Array): readonly string[] {
  const certificate = readCertificate(der);
  if (!certificate) return ['     a certificate that cannot be read'];
  const { names, commonName, issuer, from, to } = certificate;
  const dates = [from, to].map((at) => printInstant(at).slice(0, 10)).join(' to ');
  const by = issuer.organization ?? issuer.commonName ?? 'nobody named';
  return [
    `     for ${showText(names || (commonName ?? 'nobody named'))}`,
    `     ${dates}, by ${showText(by)}`,
  ];
}

function pageLines(page: Page): readonly string[] {
  if (page.kind === 'failed') return [`  failed at ${page.stage}: ${showText(page.because)}`];
  const headers = Object.entries(page.headers).map(
    ([name, value]) => `  ${showText(name)}: ${showText(value)}`,
  );
  const body = showBytesByLine(page.body);
  return [`  status ${page.status} from ${page.address}`, ...headers, '', ...body];
}

const showBytesByLine = (bytes: Uint8Array): readonly string[] =>
  latin1(bytes)
    .split(/\r?\n/)
    .map((line) => `  ${showOctets(line)}`);
