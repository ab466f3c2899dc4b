import { createHash } from 'node:crypto';
import { compareUtf8 } from '@nexus/shared';

const HASH_LENGTH = 8;

/** Names of types, no two alike, that depend on nothing but the names they are made of. */
export class TypeNames {
  readonly #taken: Set<string>;

  /** @param reserved - names that must not be given */
  constructor(reserved: readonly string[]) {
    this.#taken = new Set(reserved);
  }

  /** The wanted name, or with a number behind it where that is taken. */
  claim(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#taken.has(name); number++) name = `${wanted}_${number}`;
    this.#taken.add(name);
    return name;
  }
}

/**
 * An identifier for each event type. Where several would have the same, the type whose name it is has it, and the others
 * a hash of their names behind it.
 */
export function identifiersOf(eventTypes: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...eventTypes].sort(compareUtf8);
  const byBase = Map.groupBy(sorted, identifierOf);
  return new Map(
    sorted.map((eventType) => {
      const base = identifierOf(eventType);
      const isOwn = base === eventType || byBase.get(base)?.length === 1;
      return [eventType, isOwn ? base : `${base}_${hashOf(eventType)}`];
    }),
  );
}

/** The letters and digits of a name, each word with a capital: `order placed` gives `OrderPlaced`. */
export function identifierOf(name: string): string {
  const words = name.normalize('NFC').split(/[^\p{ID_Continue}$]+/u);
  const joined = words.map((word) => capital(word)).join('');
  if (joined === '') return 'Event';
  return /^[\p{ID_Start}_$]/u.test(joined) ? joined : `Event${joined}`;
}

function capital(word: string): string {
  const [first = ''] = word;
  const upper = first.toUpperCase();
  return `${upper.length === first.length ? upper : first}${word.slice(first.length)}`;
}

function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
}
