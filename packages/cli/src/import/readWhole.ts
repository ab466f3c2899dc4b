import { type JsonValue, parseJson } from '@nexus/shared';
import { InputError } from '../errors.ts';
import type { Shell } from '../Shell.ts';
import { readText } from './readText.ts';

const INPUT_CHARACTERS_MAX = 64 * 1024 * 1024;

/** The text of a file, or of standard input for `-`. @throws InputError */
export async function readWhole({ context, signal }: Shell, file: string): Promise<string> {
  let text = '';
  for await (const piece of readText(file, context.stdin, signal)) {
    text += piece;
    if (text.length <= INPUT_CHARACTERS_MAX) continue;
    const source = file === '-' ? 'standard input' : file;
    const message = `${source} has more than ${INPUT_CHARACTERS_MAX} characters; import takes events in files of any size`;
    throw new InputError(message, { source });
  }
  return text;
}

/** The content of a JSON file. @throws InputError */
export async function readJson(shell: Shell, file: string): Promise<JsonValue> {
  const text = await readWhole(shell, file);
  try {
    return parseJson(text);
  } catch (cause) {
    const source = file === '-' ? 'standard input' : file;
    throw new InputError(`${source}: ${(cause as Error).message}`, { source }, { cause });
  }
}
