// Files that the user names. What is wrong with one is said with its name, and is not our mistake.
import { FingerpostError, reasonOf } from '../base/errors.ts';
import { showText } from '../base/show.ts';
import type { Call } from './call.ts';

/** Throws `USAGE` where there is no such file, or none that can be read. */
export function textIn(call: Call, file: string): string {
  const text = tried(file, 'read', () => call.around.files.readText(file));
  if (text === undefined) throw fault(`there is no file ${showText(file)}`, file);
  return text;
}

/** Throws `USAGE` where it cannot be written. */
export function writeTo(call: Call, file: string, text: string): void {
  tried(file, 'written', () => call.around.files.writeText(file, text));
}

const fault = (message: string, file: string): FingerpostError =>
  new FingerpostError('USAGE', message, { file });

function tried<T>(file: string, what: 'read' | 'written', work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fault(`${showText(file)} cannot be ${what}: ${reasonOf(error)}`, file);
  }
}
