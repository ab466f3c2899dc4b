import type { JsonObject, JsonValue } from '@nexus/shared';

/** Keywords whose schemas bear on the very value that the schema around them bears on. */
const APPLICATORS = ['allOf', 'anyOf', 'oneOf'];

/** What the references within one schema lead to. */
export class SchemaReferences {
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** @returns `undefined` if it is none within the schema that can be followed */
  resolve(reference: string): JsonValue | undefined {
    if (reference === '#') return this.#root;
    if (reference.startsWith('#/')) return this.#walk(reference);
    return undefined;
  }

  /** Whether a value of `from` is by itself a value of `to`, so that their types would go in a circle. */
  leadsTo(from: string, to: string): boolean {
    const seen = new Set<string>();
    const waiting = [from];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next === to) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      waiting.push(...directReferences(this.resolve(next)));
    }
    return false;
  }

  #walk(reference: string): JsonValue | undefined {
    let value: JsonValue | undefined = this.#root;
    for (const segment of segmentsOf(reference)) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
      value = (value as JsonObject)[segment];
      if (isRebased(value)) return undefined;
    }
    return value;
  }
}

/** Whether references within the schema start from another place. */
export function isRebased(schema: JsonValue | undefined): boolean {
  return typeof schema === 'object' && schema !== null && typeof (schema as JsonObject).$id === 'string';
}

/** The last part of a reference, as the name of what it leads to. */
export function lastSegment(reference: string): string {
  return segmentsOf(reference).at(-1) ?? '';
}

function segmentsOf(reference: string): string[] {
  try {
    const segments = decodeURIComponent(reference).split('/').slice(1);
    return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    // The reference is no percent-encoding, and leads nowhere.
    return [reference];
  }
}

function directReferences(schema: JsonValue | undefined): string[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [];
  const { $ref, ...keywords } = schema as JsonObject;
  const within = APPLICATORS.flatMap((keyword) => keywords[keyword] ?? []).flatMap(directReferences);
  return typeof $ref === 'string' ? [$ref, ...within] : within;
}
