// `fingerpost zone check FILE`: every fault of a zone file, with its place; needs no server.
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { FingerpostError } from '../../base/errors.ts';
import { showText } from '../../base/show.ts';
import { type Name, parseName } from '../../dns/name.ts';
import { printZoneFault } from '../../dns/zone-build.ts';
import { readZone, type ZoneSource } from '../../dns/zone-text.ts';
import type { Call, CommandSpec } from '../call.ts';
import { EXIT } from '../exit.ts';
import type { Surroundings } from '../surroundings.ts';
import { counted, printHost } from '../words.ts';

/** What `$INCLUDE` may read: files below the zone's own folder, links followed. */
function includeBelow(folder: string, { files, cwd }: Pick<Surroundings, 'files' | 'cwd'>) {
  return (path: string, from: string): ZoneSource | { readonly because: string } => {
    const file = isAbsolute(path) ? path : join(dirname(from), path);
    const real = files.realPath(resolve(cwd, file));
    if (real === undefined) return { because: 'there is no such file' };
    if (!real.startsWith(`${folder}${sep}`)) {
      return { because: `it is not below ${folder}, the folder of the zone` };
    }
    const text = files.readText(real);
    return text === undefined ? { because: 'there is no such file' } : { file, text };
  };
}

/** `--origin`, else what the file is called without `.zone` or `.db`. */
function originOf(call: Call, file: string): Name {
  const given = call.text('origin');
  const text = given ?? basename(file).replace(/\.(?:zone|db)$/, '');
  const origin = parseName(text);
  if (typeof origin === 'string') return origin;
  const mend = given === undefined ? 'the file does not tell its origin: give --origin NAME' : '';
  throw new FingerpostError('USAGE', `${showText(text)} is no name (${origin.because}) ${mend}`);
}

/** The file's text, and the folder that it stands in once links are followed. */
function sourceOf(
  call: Call,
  file: string,
): { readonly source: ZoneSource; readonly folder: string } {
  const path = resolve(call.around.cwd, file);
  const real = call.around.files.realPath(path);
  const text = real === undefined ? undefined : call.around.files.readText(real);
  if (real === undefined || text === undefined) {
    throw new FingerpostError('USAGE', `there is no file ${path}`, { file: path });
  }
  return { source: { file, text }, folder: dirname(real) };
}

export const zoneCheck: CommandSpec = {
  name: 'zone check',
  operands: ['<file>'],
  summary: 'tell every fault of a zone file, with line and column',
  options: [{ flags: '--origin <name>', about: 'the zone, where $ORIGIN does not say it' }],
  perform: async (call) => {
    const file = call.operand(0);
    const { source, folder } = sourceOf(call, file);
    const include = includeBelow(folder, call.around);
    const read = readZone(source, { origin: originOf(call, file), include });
    const code = read.kind === 'zone' ? EXIT.ok : EXIT.no;
    const faults = read.kind === 'faults' ? read.faults : [];
    const warnings = read.kind === 'zone' ? read.warnings : [];
    const zone = read.kind === 'zone' ? read.zone : undefined;
    const summary = zone && {
      origin: zone.origin,
      serial: zone.soa.serial,
      names: zone.nodes.size,
    };
    if (call.printedJson({ zone: summary, faults, warnings })) return code;
    for (const fault of faults) call.print(`${printZoneFault(fault)}\n`);
    for (const warning of warnings) call.print(`warning: ${printZoneFault(warning)}\n`);
    if (!summary) call.print(`${counted(faults.length, 'fault')}\n`);
    else {
      const names = counted(summary.names, 'name');
      call.print(`${printHost(summary.origin)}: serial ${summary.serial}, ${names}, no faults\n`);
    }
    return code;
  },
};
