import { CorruptStoreError, type JsonValue, readJson } from '@nexus/shared';

/**
 * The value of a stored JSON text.
 *
 * @param where - names the place for the error
 * @throws CorruptStoreError - it is no JSON
 */
export function parseStored(text: string, where: string): JsonValue {
  try {
    return readJson(text);
  } catch (cause) {
    throw unreadable(where, cause);
  }
}

/** What is stored there is nothing that Nexus can have written. */
export function unreadable(where: string, cause: unknown): CorruptStoreError {
  const found = cause instanceof Error ? cause.message : String(cause);
  return new CorruptStoreError(`${where} cannot be read: ${found}; restore a backup`, { where, found }, { cause });
}
