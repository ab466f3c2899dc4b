import { compareUtf8, type JsonValue, type RecordStore, type StoredRecord } from '@nexus/shared';

/** A write of a record, as a line holds it. Without a value: its removal. */
export interface RecordLine {
  readonly key: string;
  readonly value?: JsonValue;
  readonly revision: string;
}

/** Records whose every write is a line of the file. */
export class FileRecords implements RecordStore {
  readonly #records = new Map<string, StoredRecord>();
  readonly #write: (change: RecordLine) => void;
  #revision = 0;

  constructor(write: (change: RecordLine) => void) {
    this.#write = write;
  }

  /** Takes over what is in the file. */
  apply({ key, value, revision }: RecordLine): void {
    this.#revision = Number(revision);
    if (value === undefined) this.#records.delete(key);
    else this.#records.set(key, { key, value, revision });
  }

  async get(key: string): Promise<StoredRecord | undefined> {
    return structuredClone(this.#records.get(key));
  }

  async put(key: string, value: JsonValue, expected: string | null): Promise<string | undefined> {
    if ((this.#records.get(key)?.revision ?? null) !== expected) return undefined;
    return this.#change({ key, value: structuredClone(value) });
  }

  async delete(key: string, expected: string): Promise<boolean> {
    if (this.#records.get(key)?.revision !== expected) return false;
    this.#change({ key });
    return true;
  }

  async *list(prefix: string): AsyncIterable<StoredRecord> {
    const keys = [...this.#records.keys()].filter((key) => key.startsWith(prefix)).sort(compareUtf8);
    for (const key of keys) {
      const record = await this.get(key);
      if (record !== undefined) yield record;
    }
  }

  #change(change: Omit<RecordLine, 'revision'>): string {
    const revision = String(this.#revision + 1);
    this.#write({ ...change, revision });
    this.apply({ ...change, revision });
    return revision;
  }
}
