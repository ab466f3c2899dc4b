import { type AuditRecord, canonicalJson, digestOfText, type JsonObject, type JsonValue } from '@nexus/shared';

/** Most bytes of one line. Records are short; the bound keeps readers' memory bounded whatever lies in the folder. */
export const LINE_BYTES_MAX: number = 1024 * 1024;

/** The log's own line, which says that a file in front of it ends in an incomplete line. */
export const TORN_ACTION = 'audit.torn';

/** What a line says: a record, or what the log has to say of itself. */
export interface AuditEntry extends Omit<AuditRecord, 'action'> {
  readonly action: AuditRecord['action'] | typeof TORN_ACTION;
}

/** One line of a chain. */
export interface AuditLine extends AuditEntry {
  readonly chain: string;
  /** 1, 2, 3 … within the chain, across its files. */
  readonly sequence: number;
  /** The hash of the line before; on the first line, of the chain's id. */
  readonly previous: string;
  /** SHA-256 of the line's canonical JSON (RFC 8785) without this field, as `1:` and 64 hex digits. */
  readonly hash: string;
}

/** How far a chain has come: its last line, or its beginning with sequence 0. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

const FIELDS = ['action', 'actor', 'at', 'chain', 'details', 'hash', 'previous', 'sequence'].join();

/** Where a chain begins. Its first line is chained to its id. */
export function beginningOf(chain: string): ChainHead {
  return { sequence: 0, hash: digestOfText(canonicalJson({ chain })) };
}

/** The next line of a chain, as the text that is written. */
export function nextLine(chain: string, head: ChainHead, entry: AuditEntry): { text: string; head: ChainHead } {
  const { at, action, actor, details } = entry;
  const sequence = head.sequence + 1;
  const content = { chain, sequence, at, action, actor, details, previous: head.hash } as unknown as JsonObject;
  const hash = digestOfText(canonicalJson(content));
  return { text: `${canonicalJson({ ...content, hash })}\n`, head: { sequence, hash } };
}

/**
 * Reads a line. It must be the very text that {@link nextLine} writes for what it says, so that no byte of it can
 * change unseen; whether its hash is right says {@link isIntact}.
 *
 * @param text - without the end of the line
 * @returns `undefined` when it is no line of a chain
 */
export function parseLine(text: string): AuditLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isLine(value) && canonicalJson(value as unknown as JsonValue) === text ? value : undefined;
  } catch {
    // Not JSON, or nested deeper than can be read.
    return undefined;
  }
}

/** Whether the line's hash is the one of its content. */
export function isIntact({ hash, ...content }: AuditLine): boolean {
  return digestOfText(canonicalJson(content as unknown as JsonValue)) === hash;
}

/** Whether a value has the fields of an entry, each of its type. */
export function isEntry(value: unknown): value is AuditEntry {
  if (!isObject(value)) return false;
  const { at, action, actor, details } = value as Partial<Record<keyof AuditEntry, unknown>>;
  return isText(at) && isText(action) && isActor(actor) && isObject(details);
}

function isLine(value: unknown): value is AuditLine {
  if (!isEntry(value) || Object.keys(value).toSorted().join() !== FIELDS) return false;
  const { chain, sequence, previous, hash } = value as unknown as Record<keyof AuditLine, unknown>;
  return [chain, previous, hash].every(isText) && Number.isSafeInteger(sequence);
}

function isActor(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, client, roles } = value as Record<string, unknown>;
  return isText(id) && isText(client) && Array.isArray(roles) && roles.every(isText);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
