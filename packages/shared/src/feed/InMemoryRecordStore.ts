import type { RecordStore, StoredRecord } from '../ports/RecordStore.ts';
import type { JsonValue } from '../types/json.ts';
import { compareUtf8 } from '../types/utf8.ts';

/** Records that live as long as the process. */
export class InMemoryRecordStore implements RecordStore {
  readonly #records = new Map<string, StoredRecord>();
  #writes = 0;

  async get(key: string): Promise<StoredRecord | undefined> {
    return this.#records.get(key);
  }

  async put(key: string, value: JsonValue, expected: string | null): Promise<string | undefined> {
    if ((this.#records.get(key)?.revision ?? null) !== expected) return undefined;
    const revision = String(++this.#writes);
    this.#records.set(key, { key, value: structuredClone(value), revision });
    return revision;
  }

  async delete(key: string, expected: string): Promise<boolean> {
    return this.#records.get(key)?.revision === expected && this.#records.delete(key);
  }

  async *list(prefix: string): AsyncIterable<StoredRecord> {
    const keys = [...this.#records.keys()].filter((key) => key.startsWith(prefix)).sort(compareUtf8);
    for (const key of keys) {
      const record = this.#records.get(key);
      if (record !== undefined) yield record;
    }
  }
}
