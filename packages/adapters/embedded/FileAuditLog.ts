import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import {
  type AuditLogPort,
  type AuditRecord,
  type Clock,
  GovernanceUnavailableError,
  isoTime,
  type LoggerPort,
  type RecordStore,
  SILENT_LOGGER,
  SYSTEM_CLOCK,
} from '@nexus/shared';
import type { AuditEntry } from './audit/AuditLine.ts';
import { AuditQueue } from './audit/AuditQueue.ts';
import { fileNameOf } from './audit/auditFiles.ts';
import { ChainOpener, type OpenChain } from './audit/ChainOpener.ts';
import { ChainSeals } from './audit/ChainSeals.ts';
import { checkFileAuditLog } from './audit/settings.ts';

export interface FileAuditLogOptions {
  /** Where the files lie. Made at the first record, readable by its owner alone. */
  readonly folder: string;
  /** Bytes of a file from which on its chain goes on in a new one; at least 1,024. Default: 16 MiB. */
  readonly fileBytesMax?: number;
  /** ms from a record to the seal in the store. Default: 60,000. */
  readonly sealEveryMs?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Makes the ids of chains: 1 to 64 letters, digits and hyphens. Default: random UUIDs. */
  readonly newId?: () => string;
  /** Default: silent. */
  readonly logger?: LoggerPort;
}

const FILE_BYTES_MAX = 16 * 1024 * 1024;
const SEAL_EVERY_MS = 60_000;

/**
 * Keeps audit records in files of JSON lines, each line chained to the one before by its hash. A process writes one
 * chain: it goes on with one that nobody holds, or begins another. What was recorded is sealed into the store that the
 * log is given to, so that whoever can change the files alone cannot change them unseen. Nothing is made on disk before
 * the first record.
 *
 * A log serves one store. Whoever creates it closes it, after the store.
 */
export class FileAuditLog implements AuditLogPort {
  readonly #folder: string;
  readonly #sealEveryMs: number;
  readonly #clock: Clock;
  readonly #logger: LoggerPort;
  readonly #opener: ChainOpener;
  readonly #queue: AuditQueue;
  #seals: ChainSeals | undefined;
  #chain: OpenChain | undefined;
  #hasFailed = false;
  #nextSeal: AbortController | undefined;
  #sealing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /** @throws ConfigurationError */
  constructor(options: FileAuditLogOptions) {
    checkFileAuditLog(options);
    const { fileBytesMax = FILE_BYTES_MAX, sealEveryMs = SEAL_EVERY_MS, newId = randomUUID } = options;
    const folder = resolve(options.folder);
    this.#folder = folder;
    this.#sealEveryMs = sealEveryMs;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#logger = options.logger ?? SILENT_LOGGER;
    const now = () => isoTime(this.#clock.now());
    this.#opener = new ChainOpener({ folder, fileBytesMax, now, newId, logger: this.#logger });
    this.#queue = new AuditQueue(fileBytesMax, (entries) => this.#write(entries));
  }

  /**
   * Resolves when the record is durable. Records that come at the same time share one sync, and keep their order.
   *
   * @throws GovernanceUnavailableError - it cannot be written; the next one is tried anew
   */
  async record(record: AuditRecord): Promise<void> {
    if (this.#closing !== undefined) throw this.#unavailable('the log is closed');
    try {
      await this.#queue.add(record);
    } catch (error) {
      throw this.#unavailable(error instanceof Error ? error.message : String(error), error);
    }
    this.#sealLater();
  }

  attach(records: RecordStore): void {
    this.#seals = new ChainSeals(records, this.#folder);
  }

  /** Seals what was recorded until now. Never rejects: a seal that fails is logged, and tried again at the next turn. */
  async seal(): Promise<void> {
    await this.#queue.settled();
    this.#sealing = this.#sealing.then(() => this.#sealNow());
    await this.#sealing;
    if (this.#isUnsealed()) this.#sealLater();
    else this.#nextSeal?.abort();
  }

  /** Writes what was accepted, seals it, and gives the chain back. Repeated calls do nothing. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.seal();
    this.#nextSeal?.abort();
    await this.#chain?.writer.close();
    await this.#chain?.lock.release();
    this.#chain = undefined;
  }

  async #write(entries: readonly AuditEntry[]): Promise<void> {
    const chain = await this.#openChain();
    try {
      await chain.writer.append(entries);
    } catch (error) {
      this.#hasFailed = true;
      await chain.writer.close();
      throw error;
    }
  }

  async #openChain(): Promise<OpenChain> {
    if (this.#chain !== undefined && !this.#hasFailed) return this.#chain;
    const failed = this.#chain;
    const resumed = failed && (await this.#opener.resume(failed.lock, failed.writer.head, failed.writer.number));
    this.#chain = resumed ?? (await this.#opener.open(this.#seals));
    this.#hasFailed = false;
    return this.#chain;
  }

  #isUnsealed(): boolean {
    if (this.#chain === undefined || this.#seals === undefined) return false;
    const { chain, head } = this.#chain.writer;
    return this.#seals.isBehind(chain, head);
  }

  /** One turn at a time, only while there is something to seal: an idle log keeps no timer, and no process alive. */
  #sealLater(): void {
    if (this.#nextSeal !== undefined || this.#closing !== undefined || !this.#isUnsealed()) return;
    const next = new AbortController();
    this.#nextSeal = next;
    void this.#clock.sleep(this.#sealEveryMs, next.signal).then(() => {
      this.#nextSeal = undefined;
      return next.signal.aborted ? this.#sealLater() : this.seal();
    });
  }

  async #sealNow(): Promise<void> {
    const seals = this.#seals;
    if (this.#chain === undefined || seals === undefined || !this.#isUnsealed()) return;
    const { chain, head, number } = this.#chain.writer;
    try {
      const contradiction = seals.knows(chain) ? undefined : await seals.contradictionOf(chain, head);
      if (contradiction === undefined) {
        await seals.put({ chain, ...head, file: fileNameOf(chain, number), at: isoTime(this.#clock.now()) });
      } else this.#logger.error({ folder: this.#folder, chain, contradiction }, 'an audit chain contradicts its seal');
    } catch (err) {
      this.#logger.warn({ folder: this.#folder, chain, err }, 'the audit log was not sealed; it is tried again');
    }
  }

  #unavailable(reason: string, cause?: unknown): GovernanceUnavailableError {
    const message = `The audit log in ${this.#folder} failed: ${reason}. What had to be recorded was not done; try again`;
    return new GovernanceUnavailableError(message, { part: 'audit-log', reason }, { cause });
  }
}
