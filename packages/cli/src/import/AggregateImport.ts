import {
  type AppendReceipt,
  type DomainEvent,
  digestOfEvent,
  type EventStorePort,
  IdempotencyMismatchError,
  isNexusError,
  type Principal,
  type RecordedEvent,
} from '@nexus/shared';
import type { ImportCounts } from './ImportCounts.ts';
import type { RejectsFile } from './RejectsFile.ts';
import type { StagedAggregate, StagedRow, Staging } from './Staging.ts';
import { takeBatch } from './takeBatch.ts';

export interface AggregateImportOptions {
  readonly store: EventStorePort;
  readonly staging: Staging;
  readonly rejects: RejectsFile;
  readonly counts: ImportCounts;
  readonly principal: Principal;
  readonly signal: AbortSignal;
}

/** How often another writer may come between before a row is refused as conflicting. */
const RACES_MAX = 10;

/** Appends the rows of one aggregate in their order; what is refused goes to the rejects, and the rest goes on. */
export class AggregateImport {
  readonly #options: AggregateImportOptions;
  readonly #aggregate: StagedAggregate;
  #version = 0;
  /** The largest time of the events that were there before; empty for none. */
  #latest = '';
  #races = 0;

  constructor(options: AggregateImportOptions, aggregate: StagedAggregate) {
    this.#options = options;
    this.#aggregate = aggregate;
  }

  /** @throws whatever is no refusal of a row: the import stops there, and the same import goes on there */
  async run(): Promise<void> {
    const { staging, store, signal } = this.#options;
    await this.#settleStored();
    for (;;) {
      signal.throwIfAborted();
      const batch = takeBatch(staging, this.#aggregate.key, this.#latest, store.capabilities);
      if (batch.length === 0) return;
      await this.#appendRows(batch);
    }
  }

  /**
   * A row is known by its id, not by its version: one that is mended in the input, or left out, must not shift all
   * later ones into conflicts.
   */
  async #settleStored(): Promise<void> {
    const { store, signal } = this.#options;
    this.#version = await store.getVersion(this.#aggregate.aggregateId);
    if (this.#version === 0) return;
    for await (const stored of store.readAggregate(this.#aggregate.aggregateId, { upcast: false, signal })) {
      this.#version = stored.aggregateVersion;
      if (stored.timestamp > this.#latest) this.#latest = stored.timestamp;
      this.#settleCandidates(stored);
    }
  }

  #settleCandidates(stored: RecordedEvent): void {
    const { staging, counts } = this.#options;
    const { eventId, aggregateVersion } = stored;
    for (const row of staging.candidates(this.#aggregate.key, eventId, aggregateVersion)) {
      const digest = digestOf(row, aggregateVersion);
      if (digest === stored.recorded.digest) {
        counts.alreadyThere++;
        staging.settle(row);
      } else if (row.event.eventId === eventId) {
        this.#refuse(row, contradiction(stored, digest));
      }
    }
  }

  async #appendRows(rows: readonly StagedRow[]): Promise<void> {
    try {
      await this.#appendTogether(rows);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (await this.#lostRace(error, rows)) return;
      const [row, ...others] = rows as [StagedRow, ...StagedRow[]];
      if (others.length === 0) return this.#refuse(row, error);
      for (const one of rows) await this.#appendRows([one]);
    }
  }

  async #appendTogether(rows: readonly StagedRow[]): Promise<void> {
    const { store, staging, counts, principal, signal } = this.#options;
    const events = rows.map((row, index) => eventOf(row, row.version ?? this.#version + 1 + index));
    const outOfOrder = isOutOfOrder(rows[0], this.#latest);
    const { replayed }: AppendReceipt = await store.append(events, { principal, signal, outOfOrder });
    counts[replayed === true ? 'alreadyThere' : 'stored'] += rows.length;
    for (const row of rows) staging.settle(row);
    this.#version = Math.max(this.#version, events.at(-1)?.aggregateVersion ?? 0);
  }

  /** Another writer was quicker: look again at what is stored, and take the next versions. */
  async #lostRace(error: unknown, [first]: readonly StagedRow[]): Promise<boolean> {
    const isRace = first?.version === undefined && isNexusError(error, 'CONCURRENCY_CONFLICT');
    if (!isRace || this.#races >= RACES_MAX) return false;
    this.#races++;
    await this.#settleStored();
    return true;
  }

  #refuse(row: StagedRow, error: unknown): void {
    const { staging, rejects, counts } = this.#options;
    rejects.add(row.line, error, row.source);
    staging.settle(row);
    counts.refused++;
  }
}

/** A row is older than what is stored: it goes behind newer events all the same, and says so. */
function isOutOfOrder(row: StagedRow | undefined, latest: string): boolean {
  return row !== undefined && row.version === undefined && row.event.timestamp < latest;
}

function eventOf(row: StagedRow, aggregateVersion: number): DomainEvent {
  return { ...row.event, aggregateVersion };
}

function digestOf(row: StagedRow, aggregateVersion: number): string {
  return digestOfEvent(eventOf(row, aggregateVersion));
}

/** What the row is refused for; anything else is a fault of the store or of its settings, and ends the import. */
function isRefusal(error: unknown): boolean {
  return isNexusError(error) && (error.kind === 'invalid' || error.kind === 'denied' || error.kind === 'conflict');
}

function contradiction(stored: RecordedEvent, digest: string): IdempotencyMismatchError {
  const { eventId, aggregateId, aggregateVersion } = stored;
  return new IdempotencyMismatchError(
    `Event ${eventId} is already stored at version ${aggregateVersion} of ${aggregateId} with other content; ` +
      'give a changed event a new id, or import it with the options that it was first imported with',
    { aggregateId, aggregateVersion, eventId, storedDigest: stored.recorded.digest, digest },
  );
}
