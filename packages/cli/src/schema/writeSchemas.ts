import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeName } from '@nexus/adapters/embedded';
import type { JsonObject } from '@nexus/shared';
import { OutputError, UsageError } from '../errors.ts';

/**
 * Writes each schema as the first version of its event type, for a `FileSchemaRegistry`. All of them, or, where one of
 * the types has files already, none.
 *
 * @returns the files
 * @throws UsageError - a type has files already
 * @throws OutputError - a file cannot be written
 */
export function writeSchemas(folder: string, schemas: ReadonlyMap<string, JsonObject>): string[] {
  const all = [...schemas].map(([eventType, schema]) => ({
    folder: join(folder, encodeName(eventType)),
    text: `${JSON.stringify(named(eventType, schema), null, 2)}\n`,
  }));
  for (const { folder: target } of all) refuseExisting(target);
  return all.map(({ folder: target, text }) => writeFirst(target, text));
}

function refuseExisting(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  const remedy = 'write into another folder by --out, or leave the type out by --types';
  throw new UsageError(`${folder} has schemas already, and nothing was written; ${remedy}`, { argument: '--out' });
}

function writeFirst(folder: string, text: string): string {
  const file = join(folder, '1.json');
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
    return file;
  } catch (cause) {
    throw new OutputError(`${file} cannot be written: ${(cause as Error).message}`, { target: file }, { cause });
  }
}

/** The name of a folder that was cut, which ends in a hash behind `~`, does not say the type's. */
function named(eventType: string, { $schema, ...schema }: JsonObject): JsonObject {
  const isCut = encodeName(eventType).includes('~');
  return {
    ...($schema === undefined ? {} : { $schema }),
    ...(isCut ? { 'x-nexus-event-type': eventType } : {}),
    ...schema,
  };
}
