import { AuditFile } from './AuditFile.ts';
import { type AuditEntry, type ChainHead, nextLine, TORN_ACTION } from './AuditLine.ts';
import { fileNameOf } from './auditFiles.ts';
import type { ChainTail, TornTail } from './chainTail.ts';

export interface ChainWriterOptions {
  readonly folder: string;
  /** Bytes of a file from which on the chain goes on in a new one. */
  readonly fileBytesMax: number;
  /** The time now, ISO 8601. */
  readonly now: () => string;
}

/** Who says that a tail is torn. */
const LOG_ITSELF = { id: 'nexus', roles: [], client: 'audit-log' };

/**
 * Appends to one chain, from where it ended. Never writes into a file that ends in a torn line: the chain goes on in
 * the next file, whose first line says so. After a failure it must be closed, and the chain's tail read anew.
 */
export class ChainWriter {
  readonly chain: string;
  readonly #options: ChainWriterOptions;
  #head: ChainHead;
  #number: number;
  #size: number;
  #file: AuditFile | undefined;
  #headNumber: number;
  #torn: readonly TornTail[];

  constructor(chain: string, tail: ChainTail, options: ChainWriterOptions) {
    this.chain = chain;
    this.#options = options;
    this.#head = tail.head;
    this.#number = tail.number;
    this.#headNumber = tail.headNumber;
    this.#size = tail.size;
    this.#torn = tail.torn;
  }

  /** The last line that is durable. */
  get head(): ChainHead {
    return this.#head;
  }

  /** Number of the file that has it; 0 where the chain has none. */
  get number(): number {
    return this.#headNumber;
  }

  /** Appends the entries, all or none. Resolves when they are durable. @throws the file system's error */
  async append(entries: readonly AuditEntry[]): Promise<void> {
    let head = this.#head;
    let text = '';
    for (const entry of [...this.#notices(), ...entries]) {
      const line = nextLine(this.chain, head, entry);
      head = line.head;
      text += line.text;
    }
    const file = await this.#fileFor(Buffer.byteLength(text));
    await file.append(text);
    this.#torn = [];
    this.#size = file.size;
    this.#headNumber = this.#number;
    this.#head = head;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #notices(): AuditEntry[] {
    const at = this.#options.now();
    return this.#torn.map((tail) => ({ at, action: TORN_ACTION, actor: LOG_ITSELF, details: { ...tail } }));
  }

  async #fileFor(bytes: number): Promise<AuditFile> {
    const { folder, fileBytesMax } = this.#options;
    const name = fileNameOf(this.chain, this.#number);
    const isFull = this.#size > 0 && this.#size + bytes > fileBytesMax;
    if (this.#number > 0 && !isFull && this.#torn.at(-1)?.file !== name) {
      this.#file ??= await AuditFile.reopen(folder, name, this.#size);
      return this.#file;
    }
    await this.close();
    this.#file = await AuditFile.make(folder, fileNameOf(this.chain, this.#number + 1));
    this.#number += 1;
    this.#size = 0;
    return this.#file;
  }
}
