// NSD, the authoritative server that we compare ourselves with, on given zone files.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { canConnect } from './smtp.ts';
import type { Stage } from './stage.ts';

export interface NsdOptions {
  readonly address: string;
  readonly port: number;
  /** File of each zone, by origin. */
  readonly zones: Readonly<Record<string, string>>;
}

/** Resolves when it answers. */
export async function startNsd(stage: Stage, options: NsdOptions): Promise<void> {
  const { address, port, zones } = options;
  const folder = stage.path('nsd');
  mkdirSync(folder);
  const zoneClauses = Object.entries(zones).map(
    ([origin, file]) => `zone:\n  name: ${origin}\n  zonefile: ${file}\n`,
  );
  const configuration = `server:
  ip-address: ${address}@${port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: ${folder}
  pidfile: ${join(folder, 'pid')}
  xfrdfile: ${join(folder, 'xfrd.state')}
  xfrdir: ${folder}
  zonelistfile: ${join(folder, 'zone.list')}
  hide-version: yes
  hide-identity: yes
remote-control:
  control-enable: no
${zoneClauses.join('')}`;
  writeFileSync(join(folder, 'nsd.conf'), configuration);
  const nsd = stage.launch('nsd', ['-d', '-c', join(folder, 'nsd.conf')]);
  await eventually('NSD answers', () => {
    if (nsd.isOver) throw new Error(`NSD ended: ${nsd.output}`);
    return canConnect(address, port);
  });
}
