import { type AuditRecord, InvalidArgumentError, StoreUnavailableError } from '@nexus/shared';
import { type AuditEntry, isEntry, LINE_BYTES_MAX } from './AuditLine.ts';

interface Waiting {
  readonly entry: AuditEntry;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const WAITING_MAX = 10_000;
const GROUP_ENTRIES_MAX = 512;
const GROUP_BYTES_MAX = 256 * 1024;
/** More than what a line has beside its entry. */
const LINE_FRAME_BYTES = 512;

/** Entries that wait for the disk. Those that came during one write share the next one, in their order. */
export class AuditQueue {
  readonly #groupBytesMax: number;
  readonly #write: (entries: readonly AuditEntry[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;

  /** @param write - writes a group, all or none, and resolves when it is durable */
  constructor(fileBytesMax: number, write: (entries: readonly AuditEntry[]) => Promise<void>) {
    this.#groupBytesMax = Math.min(fileBytesMax, GROUP_BYTES_MAX);
    this.#write = write;
  }

  /** @throws InvalidArgumentError, StoreUnavailableError, or what `write` throws */
  add(record: AuditRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= WAITING_MAX) {
        const reason = `more than ${WAITING_MAX} records wait to be written`;
        throw new StoreUnavailableError(reason, { reason });
      }
      this.#waiting.push({ ...copyOf(record), resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  async #drain(): Promise<void> {
    // What comes in the same turn of the event loop goes into the same group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#write(group.map(({ entry }) => entry));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#draining = undefined;
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting.slice(0, GROUP_ENTRIES_MAX)) {
      bytes += waiting.bytes;
      if (count > 0 && bytes > this.#groupBytesMax) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}

/** A copy that nobody can change any more, and that is the same when it is read again. */
function copyOf({ at, action, actor, details }: AuditRecord): { entry: AuditEntry; bytes: number } {
  const text = wellFormed(JSON.stringify({ at, action, actor, details }));
  const entry: unknown = JSON.parse(text);
  if (!isEntry(entry)) throw new InvalidArgumentError('record', 'must have at, action, actor and details');
  const bytes = Buffer.byteLength(text) + LINE_FRAME_BYTES;
  if (bytes > LINE_BYTES_MAX) {
    throw new InvalidArgumentError('record', `must be at most ${LINE_BYTES_MAX} bytes, found ${bytes}`);
  }
  return { entry, bytes };
}

/** Halves of surrogate pairs, as in an id that was refused for having one, have no canonical form. */
function wellFormed(json: string): string {
  return json.replaceAll(/(\\\\)|\\ud[89a-f][0-9a-f]{2}/g, (_, backslash?: string) => backslash ?? '\\ufffd');
}
