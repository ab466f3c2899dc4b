import { randomUUID } from 'node:crypto';
import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompatibilityLevel, InvalidArgumentError, type JsonObject, type RegisteredSchema } from '@nexus/shared';
import { FILE_BYTES_MAX, readTextFile } from './readFiles.ts';

interface WriteContext {
  /** The schema as it is written, its references to others not resolved. */
  readonly source: JsonObject;
  readonly level: CompatibilityLevel;
  /** @throws InvalidArgumentError - a version was written meanwhile that this one was not compared with */
  readonly refuseOthers: () => void;
}

/**
 * Writes the files of a version, while no other process writes one of the type: so that the version was compared with all
 * that there are, and that what a registration leaves where it is refused or killed never becomes part of another's.
 *
 * @throws InvalidArgumentError - another process is registering, or the version or a rule of that number is there
 */
export function writeVersion(folder: string, proposed: RegisteredSchema, context: WriteContext): void {
  const lock = join(folder, '.registering');
  takeLock(lock);
  try {
    context.refuseOthers();
    writeFiles(folder, proposed, context);
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock(lock: string): void {
  try {
    writeFileSync(lock, '', { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    const remedy = `register again, or remove ${lock} if nobody is registering now`;
    throw new InvalidArgumentError('version', `cannot be written while another process registers one; ${remedy}`, {
      cause,
    });
  }
}

/** The rules first, so that nobody reads the version without; the registration last. */
function writeFiles(
  folder: string,
  { version, digest, up, down, examples }: RegisteredSchema,
  { source, level }: WriteContext,
): void {
  const path = (suffix: string): string => join(folder, `${version}.${suffix}`);
  const written: string[] = [];
  const claim = (suffix: string, text: string | undefined): void => {
    if (claimFile(path(suffix), text)) written.push(path(suffix));
  };
  try {
    claim('up.jsonata', up === undefined ? undefined : `${up}\n`);
    claim('down.jsonata', down === undefined ? undefined : `${down}\n`);
    claim('examples.json', examples === undefined ? undefined : jsonText(examples));
    writeNew(path('json'), jsonText(source));
    written.push(path('json'));
    replace(path('registered.json'), jsonText({ digest, level }));
  } catch (error) {
    for (const file of written.reverse()) rmSync(file, { force: true });
    throw error;
  }
}

/** @returns true if it was not there. @throws InvalidArgumentError - it holds what this version does not have */
function claimFile(file: string, text: string | undefined): boolean {
  const found = readTextFile(file);
  if (found?.trim() === text?.trim()) return false;
  if (found === undefined && text !== undefined) {
    writeNew(file, text);
    return true;
  }
  const remedy = 'it was left there, or put there by hand; register it too, or remove it';
  throw new InvalidArgumentError('version', `cannot be written: ${file} is there already, and is another; ${remedy}`);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes a file that was not there, whole or not at all. */
function writeNew(file: string, text: string): void {
  const temporary = writeTemporary(file, text);
  try {
    linkSync(temporary, file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new InvalidArgumentError('version', `is taken: ${file} was written meanwhile; register again`, { cause });
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** So that nobody reads half of it. */
function replace(file: string, text: string): void {
  renameSync(writeTemporary(file, text), file);
}

/** Of a name that no other process has, since processes on other machines may have the same number. */
function writeTemporary(file: string, text: string): string {
  refuseTooLarge(file, text);
  const temporary = `${file}.${randomUUID()}.tmp`;
  writeFileSync(temporary, text, { flush: true });
  return temporary;
}

/** What could not be read again would make the whole type unusable. */
function refuseTooLarge(file: string, text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= FILE_BYTES_MAX) return;
  throw new InvalidArgumentError(
    'schema',
    `is too large: ${file} would have ${bytes} bytes; at most ${FILE_BYTES_MAX} are read`,
  );
}
