import { shortSegment, unescapeSegment } from '../../json/pointer.ts';
import type { JsonValue } from '../../types/json.ts';
import type { SchemaNode } from './SchemaNode.ts';

/** Most findings about one pair of schemas: hostile schemas must not fill memory and logs. */
export const FINDINGS_MAX = 100;

/** Why data of the one schema (the writer's) may fail under the other (the reader's). */
export interface Finding {
  /** As Confluent's checker calls it, where it has a name for it. */
  readonly kind: string;
  /** Whose text the pointer leads into: what was removed is only in the writer's. */
  readonly side: 'reader' | 'writer';
  readonly pointer: string;
  /** One sentence; `{reader}` and `{writer}` stand for the two schemas. */
  readonly text: string;
}

export type Findings = readonly Finding[];

export const NOTHING_FOUND: Findings = [];

/** A finding at a place of the reader's schema. */
export function atReader(kind: string, node: SchemaNode, keyword: string, text: string): Finding {
  return { kind, side: 'reader', pointer: keyword === '' ? node.pointer : `${node.pointer}/${keyword}`, text };
}

/** A finding at a place that only the writer's schema has. */
export function atWriter(kind: string, node: SchemaNode, text: string): Finding {
  return { kind, side: 'writer', pointer: node.pointer, text };
}

/** What cannot be decided is reported as what may fail. */
export function undecided(kind: string, node: SchemaNode, text: string): Finding {
  return { kind, side: 'reader', pointer: node.pointer, text };
}

/** All findings, each once, in their order, up to the bound. */
export function merge(groups: Iterable<Findings>): Findings {
  const merged = new Map<string, Finding>();
  for (const group of groups) {
    for (const finding of group) {
      if (merged.size >= FINDINGS_MAX) return [...merged.values()];
      merged.set(`${finding.kind} ${finding.side} ${finding.pointer} ${finding.text}`, finding);
    }
  }
  return merged.size === 0 ? NOTHING_FOUND : [...merged.values()];
}

/** A name that a schema chose, for a message. */
export function quoted(name: string): string {
  return `"${short(name)}"`;
}

/** A value that a schema holds, for a message: at most 60 characters. */
export function shown(value: JsonValue): string {
  return short(JSON.stringify(value));
}

function short(text: string): string {
  return unescapeSegment(shortSegment(text));
}
