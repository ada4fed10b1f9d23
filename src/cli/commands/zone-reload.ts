// `fingerpost zone reload`: the running server reads its zone files again.
import { showOwn } from '../../base/show.ts';
import type { CommandSpec } from '../call.ts';
import { EXIT } from '../exit.ts';
import { counted, printHost } from '../words.ts';

export const zoneReload: CommandSpec = {
  name: 'zone reload',
  summary: 'make the running server read its zone files again',
  perform: async (call) => {
    const result = await call.server().reloadZones();
    const code = result.refused.length === 0 ? EXIT.ok : EXIT.no;
    if (call.printedJson(result)) return code;
    if (result.loaded.length + result.refused.length === 0) call.print('no zone has changed\n');
    for (const { zone, serial, names } of result.loaded) {
      call.print(`${printHost(zone)}: serial ${serial}, ${counted(names, 'name')}\n`);
    }
    for (const { zone, faults } of result.refused) {
      call.print(`${printHost(zone)}: refused, the version before is served on\n`);
      for (const fault of faults) call.print(`  ${showOwn(fault)}\n`);
    }
    return code;
  },
};
