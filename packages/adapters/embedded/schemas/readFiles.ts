import { readFileSync, statSync } from 'node:fs';
import { ConfigurationError, type JsonValue, parseJson } from '@nexus/shared';

/** Of one file. */
export const FILE_BYTES_MAX: number = 4 * 1024 * 1024;

/** The text of a file; `undefined` if there is none. @throws ConfigurationError */
export function readTextFile(file: string): string | undefined {
  try {
    const { size } = statSync(file);
    if (size > FILE_BYTES_MAX) {
      throw new ConfigurationError('schemas', `${file} has ${size} bytes; at most ${FILE_BYTES_MAX} are read`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (cause instanceof ConfigurationError) throw cause;
    throw new ConfigurationError('schemas', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** The content of a JSON file; `undefined` if there is none. @throws ConfigurationError */
export function readJsonFile(file: string): JsonValue | undefined {
  const text = readTextFile(file);
  if (text === undefined) return undefined;
  try {
    return parseJson(text);
  } catch (cause) {
    throw new ConfigurationError('schemas', `${file}: ${(cause as Error).message}`, { cause });
  }
}
