import type { PolicyAction } from './Policy.ts';
import { INT, JSON_VALUE, listOf, STRING, type StaticType, TIMESTAMP } from './staticTypes.ts';

/** The variables that an expression may name, with what is known of them. */
export type Scope = ReadonlyMap<string, StaticType>;

const fixed = (fields: Readonly<Record<string, StaticType>>): StaticType => ({
  kind: 'fixed',
  fields: new Map(Object.entries(fields)),
});

const PRINCIPAL = fixed({ id: STRING, roles: listOf(STRING), client: STRING });
const EVENT = fixed({
  eventId: STRING,
  eventType: STRING,
  aggregateId: STRING,
  aggregateType: STRING,
  aggregateVersion: INT,
  timestamp: STRING,
  payload: JSON_VALUE,
  metadata: JSON_VALUE,
});
const RESOURCE = fixed({ aggregateId: STRING, aggregateType: STRING, aggregateVersion: INT, eventType: STRING });
const READ_RESOURCE = fixed({ aggregateId: STRING });

/** What every policy may name. One that decides on reads, too, has no event, and of the resource the id alone. */
export function fixedScope(actions: readonly PolicyAction[]): Scope {
  const common: [string, StaticType][] = [
    ['principal', PRINCIPAL],
    ['action', STRING],
    ['now', TIMESTAMP],
  ];
  if (actions.includes('read')) return new Map([...common, ['resource', READ_RESOURCE]]);
  return new Map([...common, ['resource', RESOURCE], ['event', EVENT]]);
}

/** Names of types, which stand for themselves, as in `type(event.payload.total) == double`. */
export const TYPE_NAMES: ReadonlySet<string> = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
]);

/** The scope of expressions behind variables of the policy. */
export function withVariables(scope: Scope, variables: ReadonlyMap<string, StaticType>): Scope {
  return new Map([...scope, ['variables', { kind: 'fixed', fields: variables }]]);
}

/** The scope within a comprehension. */
export function withLocals(scope: Scope, locals: Readonly<Record<string, StaticType>>): Scope {
  return new Map([...scope, ...Object.entries(locals)]);
}
