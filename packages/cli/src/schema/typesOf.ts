import { compareUtf8, type RegisteredSchema } from '@nexus/shared';
import { SchemaTypes } from './SchemaTypes.ts';
import { identifiersOf, TypeNames } from './TypeNames.ts';
import { declaration, docComment, objectType } from './typeText.ts';

/** How a text of `typesOf` begins. */
export const MARK = '// Written by `nexus schema types`';

const HEADER = `${MARK} from the schemas of events. Do not edit it: change the schemas, and write it anew.

`;

const EVENTS = 'Events';
const EVENTS_DOC = 'The payload of each event type by its latest version, to type a store by.';

/**
 * TypeScript types of payloads: one for each version of each event type, and the interface `Events`, from event type to
 * the latest version that is active, for `EventStorePort<Events>`. The same schemas give the same text, in whatever
 * order they come, but for the versions of a type: oldest first.
 */
export function typesOf(schemas: readonly RegisteredSchema[]): string {
  const byType = Map.groupBy(schemas, ({ eventType }) => eventType);
  const identifiers = identifiersOf([...byType.keys()]);
  const names = new TypeNames([EVENTS]);
  const named = [...byType.keys()].sort(compareUtf8).flatMap((eventType) =>
    (byType.get(eventType) ?? []).map((schema) => {
      const version = schema.version.replaceAll(/[^\w$]+/g, '_');
      return { schema, name: names.claim(`${identifiers.get(eventType)}V${version}`) };
    }),
  );
  const declarations = named.flatMap(({ schema, name }) =>
    new SchemaTypes(schema.schema, name, names).declarations(docOf(schema)),
  );
  return `${HEADER}${[...declarations, eventsOf(named)].join('\n')}`;
}

interface NamedSchema {
  readonly schema: RegisteredSchema;
  readonly name: string;
}

function docOf({ eventType, version, inactive }: RegisteredSchema): string[] {
  const state = inactive === undefined ? '' : ' It is not active.';
  return [`The payload of ${eventType}, version ${version}.${state}`];
}

function eventsOf(named: readonly NamedSchema[]): string {
  const active = named.filter(({ schema }) => schema.inactive === undefined);
  const latest = new Map(active.map(({ schema, name }) => [schema.eventType, name]));
  const members = [...latest].map(([name, type]) => ({ name, type, isOptional: false, comment: '' }));
  return declaration(EVENTS, objectType(members, undefined), docComment([EVENTS_DOC]));
}
