import { createHash } from 'node:crypto';
import type { EventJournal } from '../ports/EventJournal.ts';
import type { VerifyFinding, VerifyReport } from '../ports/EventStoreAdmin.ts';
import type { RecordedEvent } from '../types/DomainEvent.ts';
import { type CorruptStoreError, isNexusError } from '../types/errors.ts';
import type { AggregateShare, Receipt } from '../types/Receipt.ts';
import { compareUtf8 } from '../types/utf8.ts';
import { digestOfAppend, digestOfEvent } from './digest.ts';

const FINDINGS_MAX = 1_000;
/** Shares of verified receipts that are remembered until their aggregates come: tens of MB at most. */
const VERIFIED_SHARES_MAX = 100_000;

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (events: number) => void;
}

/**
 * Reads everything, or as far as damage lets it, recomputes every digest, and compares. Memory does not grow with the
 * store.
 */
export async function verifyStore(journal: EventJournal, options: VerifyOptions = {}): Promise<VerifyReport> {
  const verification = new Verification(journal);
  for (const { where, found } of await journal.checkIntegrity()) {
    verification.add({ severity: 'error', rule: 'storage', message: `${where}: ${found}` });
  }
  try {
    for await (const page of journal.scan({ signal: options.signal })) {
      for (const event of page) await verification.check(event);
      options.onProgress?.(verification.events);
    }
  } catch (error) {
    // Damage that stops the reading is what was looked for.
    if (!isNexusError(error, 'CORRUPT_STORE')) throw error;
    const { where, found } = (error as CorruptStoreError).details;
    const message = `${where}: nothing behind ${verification.events} events could be read: ${found}`;
    verification.add({ severity: 'error', rule: 'storage', message });
  }
  return verification.report();
}

class Verification {
  events = 0;
  readonly #journal: EventJournal;
  readonly #content = createHash('sha256');
  readonly #findings: VerifyFinding[] = [];
  #findingsTotal = 0;
  #errors = 0;
  #aggregates = 0;
  #previous: RecordedEvent | undefined;
  /** The receipt that covers the previous event, and the version it reaches to. */
  #covered: { readonly aggregateId: string; readonly toVersion: number } | undefined;

  /** The last version of each share that a verified receipt covers and that is still to come, by its first place. */
  readonly #verified = new Map<string, number>();

  constructor(journal: EventJournal) {
    this.#journal = journal;
  }

  async check(event: RecordedEvent): Promise<void> {
    this.events++;
    const before = this.#previous?.aggregateId === event.aggregateId ? this.#previous : undefined;
    if (before === undefined) this.#aggregates++;
    this.#checkOrder(event, before);
    const digest = digestOfEvent(event);
    if (digest !== event.recorded.digest) this.#fault('digest', event, 'its content does not have its recorded digest');
    this.#content.update(`${digest}\n`);
    await this.#checkReceipt(event);
    this.#previous = event;
  }

  #checkOrder(event: RecordedEvent, before: RecordedEvent | undefined): void {
    const expected = (before?.aggregateVersion ?? 0) + 1;
    if (event.aggregateVersion !== expected) this.#fault('version-gap', event, `version ${expected} should stand here`);
    if (before !== undefined && event.timestamp < before.timestamp) {
      const { aggregateId, aggregateVersion } = event;
      const message = `${aggregateId} at version ${aggregateVersion}: its timestamp is earlier than the one before`;
      this.add({ severity: 'note', rule: 'timestamp-steps-back', aggregateId, aggregateVersion, message });
    }
  }

  /**
   * A receipt is read and checked where the first of its shares stands, and its digest then speaks for the others too:
   * it is as long as its append is wide, so that to check it again for each share would take quadratic time.
   */
  async #checkReceipt(event: RecordedEvent): Promise<void> {
    const { aggregateId, aggregateVersion } = event;
    if (this.#covered?.aggregateId === aggregateId && aggregateVersion <= this.#covered.toVersion) return;
    const toVersion = this.#takeVerified(event);
    if (toVersion !== undefined) {
      this.#covered = { aggregateId, toVersion };
      return;
    }
    const receipt = await this.#journal.getReceipt(aggregateId, aggregateVersion);
    const share = receipt?.shares.find((one) => one.aggregateId === aggregateId);
    if (receipt === undefined || share === undefined) {
      this.#fault('receipt-missing', event, 'no receipt says what let it in');
      return;
    }
    this.#covered = share;
    if (contradictsOrigin(receipt)) {
      this.#fault('receipt-mismatch', event, `the origin of receipt ${receipt.receiptId} was made for other content`);
    }
    if (aggregateVersion !== share.fromVersion || receipt.digest !== (await this.#digestOfShares(receipt))) {
      this.#fault('receipt-mismatch', event, `receipt ${receipt.receiptId} was made for other content`);
    } else this.#remember(receipt, aggregateId);
  }

  #takeVerified({ aggregateId, aggregateVersion }: RecordedEvent): number | undefined {
    const key = placeKey(aggregateId, aggregateVersion);
    const toVersion = this.#verified.get(key);
    this.#verified.delete(key);
    return toVersion;
  }

  /** Only what the scan, which goes by aggregate ids, still comes to. What finds no room is checked again there. */
  #remember({ shares }: Receipt, currentId: string): void {
    for (const { aggregateId, fromVersion, toVersion } of shares) {
      if (this.#verified.size >= VERIFIED_SHARES_MAX) return;
      if (compareUtf8(aggregateId, currentId) > 0) this.#verified.set(placeKey(aggregateId, fromVersion), toVersion);
    }
  }

  async #digestOfShares({ shares }: Receipt): Promise<string> {
    const digests: string[] = [];
    for (const { aggregateId, fromVersion, toVersion } of shares) {
      for await (const page of this.#journal.readAggregate(aggregateId, {
        fromVersion,
        toVersion,
        direction: 'forward',
      })) {
        digests.push(...page.map(({ recorded }) => recorded.digest));
      }
    }
    return digestOfAppend(digests);
  }

  #fault(rule: VerifyFinding['rule'], { aggregateId, aggregateVersion }: RecordedEvent, what: string): void {
    const message = `${aggregateId} at version ${aggregateVersion}: ${what}`;
    this.add({ severity: 'error', rule, aggregateId, aggregateVersion, message });
  }

  add(finding: VerifyFinding): void {
    this.#findingsTotal++;
    if (finding.severity === 'error') this.#errors++;
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push(finding);
  }

  report(): VerifyReport {
    return {
      clean: this.#errors === 0,
      events: this.events,
      aggregates: this.#aggregates,
      contentDigest: `1:${this.#content.digest('hex')}`,
      findings: this.#findings,
      findingsTotal: this.#findingsTotal,
    };
  }
}

/** An origin that covers more speaks of events that this store need not have. */
function contradictsOrigin({ digest, shares, origin }: Receipt): boolean {
  if (origin === undefined || origin.receipt.digest === digest) return false;
  return JSON.stringify(placesOf(shares)) === JSON.stringify(placesOf(origin.receipt.shares));
}

function placesOf(shares: readonly AggregateShare[]): [string, number, number][] {
  return shares.map(({ aggregateId, fromVersion, toVersion }) => [aggregateId, fromVersion, toVersion]);
}

function placeKey(aggregateId: string, version: number): string {
  return `${version} ${aggregateId}`;
}
