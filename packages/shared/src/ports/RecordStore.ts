import type { JsonValue } from '../types/json.ts';

export interface StoredRecord {
  readonly key: string;
  readonly value: JsonValue;
  /** Changes with every write. No revision comes twice, not even after a removal, or when the store is opened anew. */
  readonly revision: string;
}

/**
 * A small compare-and-set store of records, outside the events and the content digest. Keys are 1 to 2,048 bytes of
 * UTF-8; values are small JSON, at most 64 KiB.
 */
export interface RecordStore {
  get(key: string): Promise<StoredRecord | undefined>;

  /**
   * Writes, if the record's revision is still `expected` (`null`: there is no record). Durable when it resolves.
   *
   * @returns the new revision; `undefined` when the expectation did not hold, and nothing was written
   */
  put(key: string, value: JsonValue, expected: string | null): Promise<string | undefined>;

  /** Removes, if the revision is still `expected`. @returns whether it did */
  delete(key: string, expected: string): Promise<boolean>;

  /** The records whose keys begin with `prefix`, by the UTF-8 bytes of their keys. */
  list(prefix: string): AsyncIterable<StoredRecord>;
}
