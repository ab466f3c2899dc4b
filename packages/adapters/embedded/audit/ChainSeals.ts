import { join } from 'node:path';
import {
  AUDIT_SEAL_PREFIX,
  type AuditSeal,
  canonicalJson,
  isAuditSeal,
  type JsonValue,
  type RecordStore,
  StoreUnavailableError,
} from '@nexus/shared';
import { type ChainHead, isIntact, parseLine } from './AuditLine.ts';
import { listChains, parseFileName } from './auditFiles.ts';
import { readLines } from './readLines.ts';

interface Known {
  readonly chain: string;
  /** `null`: the chain has no seal yet. */
  readonly revision: string | null;
  readonly sequence: number;
}

/** The seals in a store, of the chain that this process writes. A seal that contradicts the chain is never overwritten. */
export class ChainSeals {
  readonly #records: RecordStore;
  readonly #folder: string;
  #known: Known | undefined;

  constructor(records: RecordStore, folder: string) {
    this.#records = records;
    this.#folder = folder;
  }

  /**
   * Reads a chain's seal, and compares it with the chain.
   *
   * @returns why the chain must not go on: its seal says something else than its files; `undefined` if it fits
   * @throws the store's or the file system's error
   */
  async contradictionOf(chain: string, head: ChainHead): Promise<string | undefined> {
    const stored = await this.#records.get(AUDIT_SEAL_PREFIX + chain);
    if (stored !== undefined && !isAuditSeal(stored.value)) return 'its seal is not one';
    const seal = stored?.value as AuditSeal | undefined;
    if (seal !== undefined && seal.sequence > head.sequence) return `it was sealed at line ${seal.sequence}`;
    if (seal !== undefined && (await this.#hashAt(seal, head)) !== seal.hash) return 'its sealed line was changed';
    this.#known = { chain, revision: stored?.revision ?? null, sequence: seal?.sequence ?? 0 };
    return undefined;
  }

  /** A chain that begins has no seal. */
  expectNone(chain: string): void {
    this.#known = { chain, revision: null, sequence: 0 };
  }

  /** Whether the chain's seal has been read and fits. */
  knows(chain: string): boolean {
    return this.#known?.chain === chain;
  }

  /** Whether the chain has lines that are not sealed. */
  isBehind(chain: string, head: ChainHead): boolean {
    return head.sequence > (this.#known?.chain === chain ? this.#known.sequence : 0);
  }

  /** @throws the store's error; StoreUnavailableError - somebody else has changed the seal */
  async put(seal: AuditSeal): Promise<void> {
    const { chain, sequence } = seal;
    const value = { ...seal };
    const key = AUDIT_SEAL_PREFIX + chain;
    const revision = await this.#records.put(key, value, this.#known?.revision ?? null);
    this.#known = { chain, revision: revision ?? (await this.#revisionOf(key, value)), sequence };
  }

  /** A write whose reply was lost has been done all the same. */
  async #revisionOf(key: string, value: JsonValue): Promise<string> {
    this.#known = undefined;
    const stored = await this.#records.get(key);
    if (stored !== undefined && canonicalJson(stored.value) === canonicalJson(value)) return stored.revision;
    const reason = `${key} was written by somebody else`;
    throw new StoreUnavailableError(reason, { reason });
  }

  async #hashAt(seal: AuditSeal, head: ChainHead): Promise<string | undefined> {
    if (seal.sequence === head.sequence) return head.hash;
    const { chain, number } = parseFileName(seal.file) ?? {};
    if (chain !== seal.chain || !(await listChains(this.#folder)).get(chain)?.includes(number ?? 0)) return undefined;
    for await (const { text } of readLines(join(this.#folder, seal.file))) {
      const line = text === undefined ? undefined : parseLine(text);
      if (line?.sequence === seal.sequence) return isIntact(line) ? line.hash : undefined;
    }
    return undefined;
  }
}
