// Finds the configuration file, reads it, and gives settings. The first that is there counts: the
// path that was asked for, $FINGERPOST_CONFIG, ./fingerpost.yaml, /etc/fingerpost.yaml.
// Promises: settings that are complete, or one `CONFIG_INVALID` that names every fault.
import { dirname, resolve } from 'node:path';
import { FingerpostError, reasonOf } from '../base/errors.ts';
import { type Fault, printFault } from './faults.ts';
import { readFileSettings } from './read.ts';
import { settingsFrom } from './resolve.ts';
import type { Settings } from './settings.ts';

/** Where to look, and how to read: plain arguments, so that a test needs no disk. */
export interface SettingsSource {
  /** The path given by `-c`. */
  readonly path?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The text of a file; nothing where there is no such file. */
  readFile(path: string): string | undefined;
  /** What the machine calls itself, for `hostname`; `localhost` where it is absent. */
  readonly machineName?: string;
}

const CONFIG_NAME = 'fingerpost.yaml';

interface Found {
  readonly file: string;
  readonly text: string;
}

function readText(source: SettingsSource, file: string): string | undefined {
  try {
    return source.readFile(file);
  } catch (error) {
    const message = `${file} cannot be read: ${reasonOf(error)}`;
    throw new FingerpostError('CONFIG_INVALID', message, { file }, error);
  }
}

/** A file that was named must be there. */
function namedFile(source: SettingsSource): Found | undefined {
  const named = source.path ?? source.env.FINGERPOST_CONFIG;
  if (named === undefined || named === '') return undefined;
  const file = resolve(source.cwd, named);
  const text = readText(source, file);
  if (text !== undefined) return { file, text };
  const by = source.path === undefined ? ' (named by $FINGERPOST_CONFIG)' : '';
  throw new FingerpostError('CONFIG_NOT_FOUND', `there is no file ${file}${by}`, { file });
}

function usualFile(source: SettingsSource): Found | undefined {
  for (const file of usualPlaces(source)) {
    const text = readText(source, file);
    if (text !== undefined) return { file, text };
  }
  return undefined;
}

const usualPlaces = ({ cwd }: SettingsSource): readonly string[] => [
  resolve(cwd, CONFIG_NAME),
  `/etc/${CONFIG_NAME}`,
];

const machineNameOf = (source: SettingsSource): string =>
  source.machineName === undefined || source.machineName === '' ? 'localhost' : source.machineName;

/** Settings from the text of a file that stands at `file`. */
export function parseSettings(text: string, file: string, machineName = 'localhost'): Settings {
  const read = readFileSettings(text);
  if (read.kind === 'faults') throw invalid(file, read.faults);
  return settingsFrom(read.file, { file, folder: dirname(file), machineName });
}

function invalid(file: string, faults: readonly Fault[]): FingerpostError {
  const lines = faults.map((fault) => printFault(file, fault)).join('\n');
  return new FingerpostError('CONFIG_INVALID', lines, { file, faults: faults.length });
}

/** The settings; throws `CONFIG_NOT_FOUND` or `CONFIG_INVALID`. */
export function loadSettings(source: SettingsSource): Settings {
  const found = namedFile(source) ?? usualFile(source);
  if (found !== undefined) return parseSettings(found.text, found.file, machineNameOf(source));
  const places = usualPlaces(source).join(' or ');
  const message = `there is no configuration: write ${places}, or name a file with -c`;
  throw new FingerpostError('CONFIG_NOT_FOUND', message);
}

/** The same for commands that do without a file: then every key has its default. */
export function loadSettingsOrDefaults(source: SettingsSource): Settings {
  const found = namedFile(source) ?? usualFile(source);
  if (found !== undefined) return parseSettings(found.text, found.file, machineNameOf(source));
  const read = readFileSettings('');
  if (read.kind === 'faults') throw invalid('the defaults', read.faults);
  return settingsFrom(read.file, { folder: source.cwd, machineName: machineNameOf(source) });
}
