import type { AuditLogPort } from '../ports/AuditLogPort.ts';
import type { Clock } from '../ports/Clock.ts';
import type { EventJournal } from '../ports/EventJournal.ts';
import type { LoggerPort } from '../ports/LoggerPort.ts';
import type { RecordStore } from '../ports/RecordStore.ts';
import type { Retry } from '../resilience/retry.ts';
import type { Awaitable } from '../types/awaitable.ts';
import { ConfigurationError } from '../types/errors.ts';
import type { Principal } from '../types/Principal.ts';
import { isoTime } from '../types/time.ts';

const KEY = 'governed';

/** Which kinds of rules a store is, or was, opened with. */
interface Governance {
  readonly schemas: boolean;
  readonly policies: boolean;
}

export interface GovernedMarkOptions {
  /** What the store is opened with now. */
  readonly governance: Governance;
  readonly ungoverned: boolean;
  readonly auditLog: AuditLogPort;
  readonly logger: LoggerPort;
  readonly clock: Clock;
  readonly retry: Retry;
}

/**
 * Governance must not end where a setting is forgotten: a store that was once written under rules remembers it, and
 * refuses to be written without them.
 */
export class GovernedMark {
  readonly #journal: EventJournal;
  readonly #options: GovernedMarkOptions;
  #isKept = false;
  #keeping: Promise<void> | undefined;

  constructor(journal: EventJournal, options: GovernedMarkOptions) {
    this.#journal = journal;
    this.#options = options;
  }

  /**
   * Settles once the store is known to be written under the rules that it was written under before. Asks the store once;
   * again after a failure.
   *
   * @throws ConfigurationError
   */
  ensure(principal: Principal): Awaitable<void> {
    if (this.#isKept) return undefined;
    this.#keeping ??= this.#options
      .retry(() => this.#keep(principal))
      .finally(() => {
        this.#keeping = undefined;
      });
    return this.#keeping;
  }

  async #keep(actor: Principal): Promise<void> {
    const { governance, ungoverned, auditLog, logger, clock } = this.#options;
    const isUngoverned = await keepGoverned(this.#journal.records, governance, ungoverned);
    if (isUngoverned) {
      const at = isoTime(clock.now());
      await auditLog.record({ at, action: 'store.ungoverned', actor, details: { ...governance } });
    }
    if (!governance.schemas) {
      logger.warn({ store: this.#journal.name }, 'no schema registry: payloads are stored unchecked');
    }
    this.#isKept = true;
  }
}

/**
 * @returns true when the store is now written without rules that it had, as `ungoverned` allowed
 * @throws ConfigurationError
 */
async function keepGoverned(records: RecordStore, now: Governance, ungoverned: boolean): Promise<boolean> {
  const stored = await records.get(KEY);
  const before = (stored?.value ?? { schemas: false, policies: false }) as unknown as Governance;
  const lost = [
    ...(before.schemas && !now.schemas ? ['a schema registry'] : []),
    ...(before.policies && !now.policies ? ['policies'] : []),
  ];
  if (lost.length > 0 && !ungoverned) throw refusal(lost);
  const merged = { schemas: before.schemas || now.schemas, policies: before.policies || now.policies };
  const isNews = merged.schemas !== before.schemas || merged.policies !== before.policies;
  if (isNews && (await records.put(KEY, merged, stored?.revision ?? null)) === undefined) {
    return keepGoverned(records, now, ungoverned);
  }
  return lost.length > 0;
}

function refusal(lost: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    'ungoverned',
    `This store was written under ${lost.join(' and ')} before; open it with the same, or say ungoverned: true`,
  );
}
