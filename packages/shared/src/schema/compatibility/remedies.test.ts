import { expect, it } from 'vitest';
import { remedyFor } from './remedies.ts';

const SIMPLER = 'Leave this part as it is, or write it in a simpler way in both versions';
const WIDEN = 'Let the new schema allow all that was allowed there, or register a new event type';
const KEEP = 'Keep the schema that was there, or one that allows less';
const OTHERS = [
  'Let the schema allow all other properties or items that it allowed before',
  'Forbid or restrict other properties or items as the earlier version does',
] as const;
const VALUES = [
  'Keep all types and values that were allowed, and add to them',
  'Leave out the types and values that the earlier version does not allow',
] as const;
const BRANCHES = [
  'Keep every branch at least as wide as it was, and the branches of oneOf apart by their types or a constant',
  'Keep every branch within one of the earlier version',
] as const;
const STRICT = [
  'Leave out the keyword, or let it allow all that it allowed before',
  'Keep the keyword at least as strict as it is in the earlier version',
] as const;
const REMOVED = [
  'Keep it in the schema, or let the schema allow others',
  'Leave it out: readers of the earlier version do not allow it',
] as const;
const REMEDIES: Readonly<Record<string, readonly [backward: string, forward: string]>> = {
  REQUIRED_ATTRIBUTE_ADDED: ['Leave the property optional, or give it a valid default', 'Keep the property required'],
  PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL: [WIDEN, KEEP],
  PATTERN_PROPERTIES_ADDED_TO_OPEN_CONTENT_MODEL: [WIDEN, KEEP],
  ITEM_ADDED_TO_OPEN_CONTENT_MODEL: [WIDEN, KEEP],
  PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL: REMOVED,
  ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL: REMOVED,
  ADDITIONAL_PROPERTIES_REMOVED: OTHERS,
  UNEVALUATED_ITEMS_NARROWED: OTHERS,
  TYPE_CHANGED: VALUES,
  ENUM_ADDED: VALUES,
  CONST_CHANGED: VALUES,
  SUM_TYPE_NARROWED: BRANCHES,
  COMBINED_TYPE_CHANGED: BRANCHES,
  ONE_OF_BRANCHES_OVERLAP: BRANCHES,
  KEYWORD_NOT_UNDERSTOOD: [SIMPLER, SIMPLER],
  TOO_COMPLEX_TO_DECIDE: [SIMPLER, SIMPLER],
  RECURSION_NOT_DECIDED: [SIMPLER, SIMPLER],
  REFERENCE_NOT_RESOLVED: [SIMPLER, SIMPLER],
  DIALECT_NOT_UNDERSTOOD: [SIMPLER, SIMPLER],
  MAX_LENGTH_ADDED: STRICT,
  PATTERN_ADDED: STRICT,
  PROPERTY_NAMES_ADDED: STRICT,
};

it.each(Object.entries(REMEDIES))('says what would mend %s, in either direction', (kind, remedies) => {
  expect([remedyFor(kind, 'backward'), remedyFor(kind, 'forward')]).toEqual(remedies);
});
