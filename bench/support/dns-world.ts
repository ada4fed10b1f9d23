// The zones that name servers are measured with, and the questions that they are asked.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from '../../src/base/random.ts';

export interface DnsWorld {
  readonly title: string;
  /** Each with its file in `folder`, called after it. */
  readonly zones: readonly string[];
  readonly folder: string;
  /** Lines `name MX`, in the order in which to ask them. */
  readonly queryFile: string;
  readonly queries: number;
  /** Of every reply, as mnemonic. */
  readonly rcode: 'NOERROR' | 'NXDOMAIN';
}

export interface DnsWorldOptions {
  readonly folder: string;
  readonly title: string;
  readonly zones: number;
  /** In all zones together. */
  readonly names: number;
  readonly queries: number;
  readonly asked: Asked;
}

/**
 * Names that exist, as they are written or with letters in random case, as resolvers ask that fear
 * forgers; or names that do not exist, none of them twice, as in a flood.
 */
export type Asked = 'names' | 'names in mixed case' | 'missing names';

const SEED = 1_035;

export function dnsWorld(options: DnsWorldOptions): DnsWorld {
  const { folder, title, queries } = options;
  const zoneFolder = join(folder, 'zones');
  mkdirSync(zoneFolder, { recursive: true });
  const zones = Array.from({ length: options.zones }, (_, at) => `z${at}.bench.test`);
  const perZone = Math.ceil(options.names / options.zones);
  for (const zone of zones)
    writeFileSync(join(zoneFolder, `${zone}.zone`), zoneText(zone, perZone));
  const queryFile = join(folder, 'queries');
  writeFileSync(queryFile, queryText(options, zones, perZone));
  const rcode = options.asked === 'missing names' ? 'NXDOMAIN' : 'NOERROR';
  return { title, zones, folder: zoneFolder, queryFile, queries, rcode };
}

/** Each name has an MX record and the host of it an address. */
function zoneText(zone: string, names: number): string {
  const lines = [
    `$ORIGIN ${zone}.`,
    '$TTL 3600',
    '@ SOA ns hostmaster 1 7200 3600 1209600 300',
    '@ NS ns',
    'ns A 192.0.2.53',
  ];
  for (let at = 0; at < names; at += 1) {
    lines.push(`n${at} MX 10 mail.n${at}`, `mail.n${at} A 192.0.2.${at % 256}`);
  }
  return `${lines.join('\n')}\n`;
}

function queryText(
  { queries, asked }: DnsWorldOptions,
  zones: readonly string[],
  perZone: number,
): string {
  const integer = seeded(SEED);
  const mixed = (text: string): string =>
    Array.from(text, (it) => (integer(2) === 0 ? it : it.toUpperCase())).join('');
  const lines = Array.from({ length: queries }, (_, at) => {
    const zone = zones[integer(zones.length)];
    const name = asked === 'missing names' ? `none${at}.${zone}` : `n${integer(perZone)}.${zone}`;
    return `${asked === 'names in mixed case' ? mixed(name) : name} MX`;
  });
  return `${lines.join('\n')}\n`;
}
