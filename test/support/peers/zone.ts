// Our own server as the name server of a test's closed world.
import { Fingerpost } from './fingerpost.ts';
import type { Stage } from './stage.ts';

/** `records` are lines of a zone file below SOA and NS; the names of a zone are relative to it. */
export function zoneText(origin: string, nameserver: string, records: string): string {
  return `$ORIGIN ${origin}.
$TTL 300
@ IN SOA ns hostmaster 1 3600 600 604800 300
@ IN NS ns
ns IN A ${nameserver}
${records}`;
}

export interface NamesOptions {
  readonly address: string;
  readonly port: number;
  /** Records by origin. */
  readonly zones: Readonly<Record<string, string>>;
}

/** Resolves when it answers. */
export function startNames(stage: Stage, options: NamesOptions): Promise<Fingerpost> {
  const { address, port, zones } = options;
  const yaml = `hostname: ns.names.example
dns: { listen: ["${address}:${port}"], zones: ["*.zone"] }
`;
  const files = Object.fromEntries(
    Object.entries(zones).map(([origin, records]) => [
      `${origin}.zone`,
      zoneText(origin, address, records),
    ]),
  );
  return new Fingerpost(stage, 'names', yaml, { files }).start();
}
