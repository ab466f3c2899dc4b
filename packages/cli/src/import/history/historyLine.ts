import {
  checkReceipt,
  digestOfText,
  type JsonObject,
  type JsonValue,
  type Receipt,
  type RecordedEvent,
} from '@nexus/shared';
import { RowError } from '../../errors.ts';

/**
 * A line of `export --recorded`: an event; before the first event that it covers, a receipt; before the first receipt
 * that names them, the text of rules; and behind all, how many events there are.
 */
export type HistoryLine =
  | { readonly kind: 'rules'; readonly digest: string; readonly text: string }
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly storeId: string }
  | { readonly kind: 'event'; readonly event: RecordedEvent; readonly receiptId: string }
  | { readonly kind: 'end'; readonly events: number };

/** The text of a line with rules. */
export function rulesLine(digest: string, text: string): string {
  return JSON.stringify({ rules: digest, text });
}

/** The text of a line that says what let the following events in. */
export function receiptLine(receipt: Receipt, storeId: string): string {
  return JSON.stringify({ receipt, storeId });
}

/** The text of a line with an event, and the receipt that covers it. */
export function eventLine({ recorded, ...event }: RecordedEvent, { receiptId }: Receipt): string {
  return JSON.stringify({ ...event, recorded: { ...recorded, receiptId } });
}

/** The text of the last line, by which an import knows that nothing was cut off. */
export function endLine(events: number): string {
  return JSON.stringify({ end: { events } });
}

/** Whether a line stands beside the events: an import that is no import of history leaves it out. */
export function isBesideEvents(value: JsonObject): boolean {
  return isReceiptLine(value) || isRulesLine(value) || isEndLine(value);
}

function isReceiptLine(value: JsonObject): boolean {
  return hasNoEvent(value) && Object.hasOwn(value, 'receipt') && Object.hasOwn(value, 'storeId');
}

function isRulesLine(value: JsonObject): boolean {
  return hasNoEvent(value) && Object.hasOwn(value, 'rules') && Object.hasOwn(value, 'text');
}

function isEndLine(value: JsonObject): boolean {
  return hasNoEvent(value) && Object.hasOwn(value, 'end');
}

function hasNoEvent(value: JsonObject): boolean {
  return !Object.hasOwn(value, 'eventId');
}

/** @throws RowError, InvalidArgumentError - the line is none of them */
export function parseHistoryLine(value: JsonValue): HistoryLine {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('object', 'The line holds no JSON object');
  }
  const line = value as JsonObject;
  if (isRulesLine(line)) return rulesOf(line);
  if (isEndLine(line)) return endOf(line);
  return isReceiptLine(line) ? receiptOf(line) : eventOf(line);
}

function rulesOf({ rules: digest, text }: JsonObject): HistoryLine {
  if (typeof digest === 'string' && typeof text === 'string' && digestOfText(text) === digest) {
    return { kind: 'rules', digest, text };
  }
  throw invalid('rules', 'The text of the rules does not have their digest');
}

function receiptOf({ receipt, storeId }: JsonObject): HistoryLine {
  if (typeof storeId !== 'string') throw invalid('receipt', 'The storeId of a receipt must be a string');
  return { kind: 'receipt', receipt: checkReceipt(receipt), storeId };
}

function endOf({ end }: JsonObject): HistoryLine {
  const { events } = (end ?? {}) as { readonly events?: JsonValue };
  if (typeof events === 'number' && Number.isSafeInteger(events) && events >= 0) return { kind: 'end', events };
  throw invalid('end', 'The end of a history must say its number of events');
}

/** Only what the import itself needs is looked at; all else is left to the store's own rules. */
function eventOf(line: JsonObject): HistoryLine {
  const { receiptId, ...recorded } = (line.recorded ?? {}) as JsonObject;
  if (typeof receiptId !== 'string') throw invalid('receipt', 'The event names no receipt in recorded.receiptId');
  if (typeof line.aggregateId !== 'string') throw invalid('event', "The event's aggregateId must be a string");
  if (!Number.isSafeInteger(line.aggregateVersion)) {
    throw invalid('event', "The event's aggregateVersion must be an integer from 1");
  }
  return { kind: 'event', event: { ...line, recorded } as unknown as RecordedEvent, receiptId };
}

function invalid(rule: string, what: string): RowError {
  return new RowError(`${what}; history is what nexus export --recorded writes`, { rule });
}
