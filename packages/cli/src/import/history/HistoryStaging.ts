import { DatabaseSync } from 'node:sqlite';
import { canonicalJson, type HistoryAppend, type JsonValue, type RecordedEvent, readJson } from '@nexus/shared';
import { RowError } from '../../errors.ts';
import { type HistoryLine, parseHistoryLine } from './historyLine.ts';
import { prepareStatements } from './historyStatements.ts';

/** An append that waits to be taken over. */
export interface StagedAppend {
  readonly key: number;
  /** Of its receipt in the input. */
  readonly line: number;
  readonly rows: number;
  /** About, of all its rows together. */
  readonly bytes: number;
}

/** A line of an append, as it was read. */
export interface StagedLine {
  readonly line: number;
  readonly source: JsonValue;
}

type ReceiptLine = Extract<HistoryLine, { kind: 'receipt' }>;
type EventLine = Extract<HistoryLine, { kind: 'event' }>;

/**
 * The appends of a file of history, on disk, put together whatever order their events came in. A private temporary
 * database, which ends with the process whatever happens.
 */
export class HistoryStaging {
  readonly #database = new DatabaseSync('');
  readonly #statements: ReturnType<typeof prepareStatements>;

  constructor() {
    this.#statements = prepareStatements(this.#database);
    this.#database.exec('BEGIN');
  }

  addRules({ digest, text }: Extract<HistoryLine, { kind: 'rules' }>): void {
    this.#statements.insertRules.run(digest, text);
  }

  findRules(digest: string): string | undefined {
    const text = this.#statements.rulesOf.get(digest)?.text;
    return text === undefined ? undefined : String(text);
  }

  /** A receipt may come again as it is. @throws RowError - it comes again with other content */
  addReceipt({ receipt, storeId }: ReceiptLine, { line, source }: StagedLine): void {
    const { insertAppend, insertShare, receiptSource } = this.#statements;
    const text = JSON.stringify(source);
    const before = receiptSource.get(receipt.receiptId)?.source;
    if (before === undefined) {
      const key = insertAppend.run(receipt.receiptId, line, text).lastInsertRowid;
      for (const { aggregateId, fromVersion, toVersion } of receipt.shares) {
        insertShare.run(key, aggregateId, fromVersion, toVersion);
      }
    } else if (!isSameJson(String(before), { receipt, storeId } as unknown as JsonValue)) {
      const message = `Receipt ${receipt.receiptId} comes twice, with different content; import each store's history by itself`;
      throw new RowError(message, { rule: 'repeated-receipt' });
    }
  }

  /**
   * @returns whether it is new; false when the same event came before
   * @throws RowError - its receipt does not stand before it, or another event came for its place
   */
  addEvent({ event, receiptId }: EventLine, { line, source }: StagedLine): boolean {
    const { appendKey, insertRow, countRow, rowAt, insertType, insertAggregate } = this.#statements;
    const key = appendKey.get(receiptId)?.key;
    if (key === undefined) {
      const message = `No line before the event has the receipt ${receiptId} that it names; export the history again, whole`;
      throw new RowError(message, { rule: 'receipt' });
    }
    const { aggregateId, aggregateVersion } = event;
    const before = rowAt.get(key, aggregateId, aggregateVersion)?.source;
    if (before !== undefined && isSameJson(String(before), source)) return false;
    if (before !== undefined) throw repeatedPlace(event);
    const text = JSON.stringify(source);
    insertRow.run(key, aggregateId, aggregateVersion, line, text);
    countRow.run(Buffer.byteLength(text), key);
    insertType.run(String(event.eventType));
    insertAggregate.run(aggregateId);
    return true;
  }

  /** Called once, when the input was read: an append waits for those that end where its shares begin. */
  order(): void {
    this.#statements.countWaits.run();
  }

  /**
   * Takes out the next append that waits for no other.
   *
   * @param waiting - take one that waits, since nothing is left that it could wait for
   */
  take(waiting: boolean): StagedAppend | undefined {
    const { nextReady, nextWaiting, takeAppend } = this.#statements;
    const row = (waiting ? nextWaiting : nextReady).get();
    if (row === undefined) return undefined;
    takeAppend.run(row.key as number);
    return { key: Number(row.key), line: Number(row.line), rows: Number(row.rows), bytes: Number(row.bytes) };
  }

  /** The append as the file has it. Its events come in the order of their lines. */
  read({ key }: StagedAppend): HistoryAppend {
    const { receipt, storeId } = parseHistoryLine(this.#receiptSource(key)) as ReceiptLine;
    const events: RecordedEvent[] = [];
    for (const { source } of this.lines(key)) events.push((parseHistoryLine(source) as EventLine).event);
    return { events, receipt, storeId, findRules: (digest) => this.findRules(digest) };
  }

  /** The lines of an append's events, one by one. */
  *lines(key: number): Generator<StagedLine, void, undefined> {
    for (const { line, source } of this.#statements.rowsOf.iterate(key)) {
      yield { line: Number(line), source: readJson(String(source)) };
    }
  }

  receiptLine({ key, line }: StagedAppend): StagedLine {
    return { line, source: this.#receiptSource(key) };
  }

  /** The append is stored, or refused: what waited for it need not wait any longer. */
  settle({ key }: StagedAppend): void {
    this.#statements.release.run(key);
    this.#statements.deleteRows.run(key);
  }

  countAggregates(): number {
    return Number(this.#statements.countAggregates.get()?.count);
  }

  countTypes(): number {
    return Number(this.#statements.countTypes.get()?.count);
  }

  close(): void {
    this.#database.close();
  }

  #receiptSource(key: number): JsonValue {
    return readJson(String(this.#statements.sourceOf.get(key)?.source));
  }
}

function isSameJson(text: string, other: JsonValue): boolean {
  return canonicalJson(readJson(text)) === canonicalJson(other);
}

function repeatedPlace({ aggregateId, aggregateVersion }: RecordedEvent): RowError {
  const message = `Version ${aggregateVersion} of ${aggregateId} comes twice under one receipt, with different content; export the history again, whole`;
  return new RowError(message, { rule: 'repeated-place' });
}
