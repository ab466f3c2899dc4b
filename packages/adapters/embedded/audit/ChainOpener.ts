import { ConfigurationError, type LoggerPort } from '@nexus/shared';
import { beginningOf, type ChainHead } from './AuditLine.ts';
import { type Chains, isChainId, listChains, makeFolder } from './auditFiles.ts';
import { ChainLock } from './ChainLock.ts';
import type { ChainSeals } from './ChainSeals.ts';
import { ChainWriter, type ChainWriterOptions } from './ChainWriter.ts';
import { type ChainTail, readChainTail } from './chainTail.ts';

/** A chain that this process holds. */
export interface OpenChain {
  readonly lock: ChainLock;
  readonly writer: ChainWriter;
}

export interface ChainOpenerOptions extends ChainWriterOptions {
  readonly newId: () => string;
  readonly logger: LoggerPort;
}

/** Most chains that are tried before a new one begins. */
const CANDIDATES_MAX = 16;

/** Finds a chain that nobody holds, or begins one. */
export class ChainOpener {
  readonly #options: ChainOpenerOptions;
  #hasFolder = false;

  constructor(options: ChainOpenerOptions) {
    this.#options = options;
  }

  /**
   * A folder that vanishes later is not made again: whoever unmounts it must not get a second log in its place.
   *
   * @throws the file system's error
   */
  async open(seals: ChainSeals | undefined): Promise<OpenChain> {
    const { folder, newId } = this.#options;
    if (!this.#hasFolder) await makeFolder(folder);
    this.#hasFolder = true;
    const chains = await listChains(folder);
    for (const [chain, numbers] of await this.#candidates(chains)) {
      const opened = await this.#continue(chain, numbers, seals);
      if (opened === 'none') break;
      if (opened !== 'next') return opened;
    }
    return this.#begin(newId(), chains, seals);
  }

  /**
   * Goes on with a chain whose writer has failed. What the disk holds counts, unless lines that were durable have gone
   * from it: then the gap stays to be seen.
   *
   * @returns `undefined` where the chain is no longer held
   * @throws the file system's error
   */
  async resume(lock: ChainLock, known: ChainHead, number: number): Promise<OpenChain | undefined> {
    if (!(await lock.isHeld())) return undefined;
    const { folder, logger } = this.#options;
    const numbers = (await listChains(folder)).get(lock.chain) ?? [];
    const found =
      numbers.length === 0 ? emptyTail(lock.chain, number) : await readChainTail(folder, lock.chain, numbers);
    const isBehind = found.head.sequence < known.sequence;
    if (isBehind) logger.error({ folder, chain: lock.chain, known, found: found.head }, 'audit lines were removed');
    const tail = isBehind ? { ...found, head: known, headNumber: number } : found;
    return { lock, writer: new ChainWriter(lock.chain, tail, this.#options) };
  }

  /** First those whose writer has died: their last lines are not sealed before the chain goes on. */
  async #candidates(chains: Chains): Promise<[chain: string, numbers: readonly number[]][]> {
    const { held, orphaned } = await ChainLock.survey(this.#options.folder);
    const free = [...chains].filter(([chain]) => !held.has(chain));
    const last = free.filter(([chain]) => !orphaned.has(chain));
    return [...free.filter(([chain]) => orphaned.has(chain)), ...last].slice(0, CANDIDATES_MAX);
  }

  async #continue(
    chain: string,
    numbers: readonly number[],
    seals: ChainSeals | undefined,
  ): Promise<OpenChain | 'next' | 'none'> {
    const { folder } = this.#options;
    const lock = await ChainLock.take(folder, chain);
    if (lock === undefined) return 'next';
    try {
      const tail = await readChainTail(folder, chain, numbers);
      const verdict = await this.#compare(chain, tail, seals);
      if (verdict === 'fits') return { lock, writer: new ChainWriter(chain, tail, this.#options) };
      await lock.release();
      return verdict;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** A chain that contradicts its seal is evidence, and one whose seal cannot be read may be. Neither goes on. */
  async #compare(chain: string, { head }: ChainTail, seals: ChainSeals | undefined): Promise<'fits' | 'next' | 'none'> {
    const { folder, logger } = this.#options;
    try {
      const contradiction = await seals?.contradictionOf(chain, head);
      if (contradiction === undefined) return 'fits';
      logger.error({ folder, chain, contradiction }, 'an audit chain contradicts its seal; run nexus audit verify');
      return 'next';
    } catch (err) {
      logger.warn({ folder, chain, err }, 'the seal of an audit chain cannot be read; another chain begins');
      return 'none';
    }
  }

  async #begin(chain: string, chains: Chains, seals: ChainSeals | undefined): Promise<OpenChain> {
    const { folder } = this.#options;
    if (!isChainId(chain) || chains.has(chain)) {
      throw new ConfigurationError('newId', `newId must make new ids of 1 to 64 letters, digits and -, not ${chain}`);
    }
    const lock = await ChainLock.take(folder, chain);
    if (lock === undefined) throw new ConfigurationError('newId', `newId must make new ids; ${chain} is in use`);
    seals?.expectNone(chain);
    return { lock, writer: new ChainWriter(chain, emptyTail(chain, 0), this.#options) };
  }
}

/** @param number - of the last file that there was; the chain goes on in the next */
function emptyTail(chain: string, number: number): ChainTail {
  return { head: beginningOf(chain), headNumber: 0, number, size: Number.POSITIVE_INFINITY, torn: [] };
}
