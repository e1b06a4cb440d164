import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { TextValueError } from './text-value.ts';

/** More than any key or token has, in bytes: what is larger is another file. */
const MAX_BYTES = 65_536;

/**
 * Reads a secret from a file: its one line, without the line's end.
 *
 * @throws {TextValueError} saying what is wrong with the file, and nothing that is in it
 */
export function readSecretFile(path: string, folder: string): string {
  const file = resolve(folder, path);
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new TextValueError(`a file of one line; ${path} has ${size} bytes`);
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof TextValueError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new TextValueError(`a file that can be read; ${path} cannot (${code})`);
  }
  if (text === '' || /[\r\n]/.test(text))
    throw new TextValueError(`a file of one line; ${path} has another number of lines`);
  return text;
}
