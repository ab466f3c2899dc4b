type Direction = 'backward' | 'forward';

interface Remedy {
  readonly kinds: RegExp;
  /** For data of the earlier version: what to change in the proposed schema, which reads it. */
  readonly backward: string;
  /** For data of the proposed version: what to change in the proposed schema, which writes it. */
  readonly forward: string;
}

/** The first that fits a kind is taken. */
const REMEDIES: readonly Remedy[] = [
  {
    kinds: /^REQUIRED_/,
    backward: 'Leave the property optional, or give it a valid default',
    forward: 'Keep the property required',
  },
  {
    kinds: /^(PROPERTY|PATTERN_PROPERTIES)_ADDED/,
    backward: 'Let the new schema allow all that was allowed there, or register a new event type',
    forward: 'Keep the schema that was there, or one that allows less',
  },
  {
    kinds: /^(PROPERTY|ITEM)_REMOVED/,
    backward: 'Keep it in the schema, or let the schema allow others',
    forward: 'Leave it out: readers of the earlier version do not allow it',
  },
  {
    kinds: /^ITEM_ADDED/,
    backward: 'Let the new schema allow all that was allowed there, or register a new event type',
    forward: 'Keep the schema that was there, or one that allows less',
  },
  {
    kinds: /^(ADDITIONAL|UNEVALUATED)_/,
    backward: 'Let the schema allow all other properties or items that it allowed before',
    forward: 'Forbid or restrict other properties or items as the earlier version does',
  },
  {
    kinds: /^(TYPE|ENUM|CONST)_/,
    backward: 'Keep all types and values that were allowed, and add to them',
    forward: 'Leave out the types and values that the earlier version does not allow',
  },
  {
    kinds: /^(SUM|COMBINED)_TYPE|^ONE_OF/,
    backward:
      'Keep every branch at least as wide as it was, and the branches of oneOf apart by their types or a constant',
    forward: 'Keep every branch within one of the earlier version',
  },
  {
    kinds: /^(TOO_COMPLEX|RECURSION|REFERENCE|KEYWORD|DIALECT|PATTERN_NOT)/,
    backward: 'Leave this part as it is, or write it in a simpler way in both versions',
    forward: 'Leave this part as it is, or write it in a simpler way in both versions',
  },
];

const OTHERS: Omit<Remedy, 'kinds'> = {
  backward: 'Leave out the keyword, or let it allow all that it allowed before',
  forward: 'Keep the keyword at least as strict as it is in the earlier version',
};

/** What would mend an incompatibility. */
export function remedyFor(kind: string, direction: Direction): string {
  return (REMEDIES.find(({ kinds }) => kinds.test(kind)) ?? OTHERS)[direction];
}
