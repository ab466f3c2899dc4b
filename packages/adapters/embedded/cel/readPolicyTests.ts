import {
  ANONYMOUS,
  canonicalTime,
  type DomainEvent,
  nearestNames,
  type PolicyRequest,
  type Principal,
} from '@nexus/shared';
import type { PolicyAction } from './Policy.ts';
import { faultOf, type Path, type PolicyDocument, pointerOf } from './PolicyDocument.ts';

/** Cases of one document. */
const CASES_MAX = 1_000;
const ACTIONS: readonly PolicyAction[] = ['append', 'import', 'read'];
/** Tests see one time, so that they do not depend on the day. */
const NOW = '2026-01-01T00:00:00.000Z';
const EVENT: DomainEvent = {
  eventId: 'event-1',
  eventType: 'Event',
  aggregateId: 'aggregate-1',
  aggregateVersion: 1,
  timestamp: NOW,
  payload: {},
  metadata: {},
};

/** One test of policies: what is given, and what is expected. */
export interface PolicyTestCase {
  readonly name: string;
  readonly file: string;
  readonly pointer: string;
  readonly request: PolicyRequest;
  readonly expect: 'allow' | 'deny';
  /** The policies that deny, all of them. */
  readonly by?: readonly string[];
  /** Part of the message of a denial, or of what is observed. */
  readonly message?: string;
  /** The policies that only observe, all of them. */
  readonly observed?: readonly string[];
}

/**
 * Reads the tests of a document: a list of cases.
 *
 * @throws ConfigurationError - names file, line, column, field and remedy
 */
export function readPolicyTests(document: PolicyDocument): PolicyTestCase[] {
  return new TestReader(document).read();
}

class TestReader {
  readonly #document: PolicyDocument;

  constructor(document: PolicyDocument) {
    this.#document = document;
  }

  read(): PolicyTestCase[] {
    const { value } = this.#document;
    if (!Array.isArray(value)) throw this.#fault([], 'must be a list of cases, each with name, given and expect');
    if (value.length > CASES_MAX) throw this.#fault([], `has more than ${CASES_MAX} cases; split it`);
    return value.map((entry: unknown, index) => this.#case(entry, [index]));
  }

  #case(given: unknown, path: Path): PolicyTestCase {
    const entry = this.#object(given, path, ['name', 'given', 'expect', 'by', 'message', 'observed']);
    const by = this.#optional(entry.by, [...path, 'by'], (value, at) => this.#names(value, at));
    const message = this.#optional(entry.message, [...path, 'message'], (value, at) => this.#text(value, at));
    const observed = this.#optional(entry.observed, [...path, 'observed'], (value, at) => this.#names(value, at));
    return {
      name: this.#text(entry.name, [...path, 'name']),
      file: this.#document.file,
      pointer: pointerOf(path),
      request: this.#request(entry.given, [...path, 'given']),
      expect: this.#oneOf(entry.expect, [...path, 'expect'], ['allow', 'deny']),
      ...(by && { by }),
      ...(message !== undefined && { message }),
      ...(observed && { observed }),
    };
  }

  #request(value: unknown, path: Path): PolicyRequest {
    const given = this.#object(value, path, ['event', 'principal', 'action', 'now']);
    const action = this.#oneOf(given.action ?? 'append', [...path, 'action'], ACTIONS);
    const now = this.#time(given.now ?? NOW, [...path, 'now']);
    const principal = this.#principal(given.principal ?? {}, [...path, 'principal']);
    const event = this.#event(given.event ?? {}, [...path, 'event']);
    if (action === 'read') return { action, principal, now, events: [], aggregateId: event.aggregateId };
    return { action, principal, now, events: [event] };
  }

  #event(value: unknown, path: Path): DomainEvent {
    const given = this.#object(value, path, [...Object.keys(EVENT), 'aggregateType']);
    for (const key of ['eventId', 'eventType', 'aggregateId', 'aggregateType', 'timestamp']) {
      if (given[key] !== undefined) this.#text(given[key], [...path, key]);
    }
    for (const key of ['payload', 'metadata']) {
      if (given[key] !== undefined) this.#object(given[key], [...path, key]);
    }
    const { aggregateVersion = 1 } = given;
    if (!Number.isSafeInteger(aggregateVersion)) throw this.#fault([...path, 'aggregateVersion'], 'must be an integer');
    return { ...EVENT, ...given };
  }

  #principal(value: unknown, path: Path): Principal {
    const given = this.#object(value, path, ['id', 'roles', 'client']);
    const text = (key: 'id' | 'client'): string =>
      given[key] === undefined ? ANONYMOUS[key] : this.#text(given[key], [...path, key]);
    const roles = given.roles === undefined ? [] : this.#names(given.roles, [...path, 'roles']);
    return { id: text('id'), roles, client: text('client') };
  }

  #time(value: unknown, path: Path): string {
    const text = this.#text(value, path);
    const time = canonicalTime(text);
    if (time === undefined) throw this.#fault(path, `must be a time such as ${NOW}, not ${text}`);
    return time;
  }

  #optional<Value>(value: unknown, path: Path, read: (value: unknown, path: Path) => Value): Value | undefined {
    return value === undefined ? undefined : read(value, path);
  }

  #names(value: unknown, path: Path): string[] {
    if (!Array.isArray(value)) throw this.#fault(path, 'must be a list of names');
    return value.map((name: unknown, index) => this.#text(name, [...path, index]));
  }

  #text(value: unknown, path: Path): string {
    if (typeof value !== 'string' || value === '') throw this.#fault(path, 'must be a text; quote it');
    return value;
  }

  #oneOf<Value extends string>(value: unknown, path: Path, values: readonly Value[]): Value {
    const found = values.find((one) => one === value);
    if (found === undefined) throw this.#fault(path, `must be ${values.join(' or ')}`);
    return found;
  }

  /** @param keys - that there may be. Default: any. */
  #object(value: unknown, path: Path, keys?: readonly string[]): { readonly [key: string]: unknown } {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#fault(path, `must be a mapping${keys === undefined ? '' : ` with ${keys.join(', ')}`}`);
    }
    const unknown = keys && Object.keys(value).find((key) => !keys.includes(key));
    if (unknown === undefined) return value as { readonly [key: string]: unknown };
    const [nearest] = nearestNames(unknown.slice(0, 100), keys ?? []);
    throw this.#fault([...path, unknown], `is unknown; did you mean ${nearest}?`);
  }

  #fault(path: Path, message: string): Error {
    return faultOf(this.#document, { path }, message);
  }
}
