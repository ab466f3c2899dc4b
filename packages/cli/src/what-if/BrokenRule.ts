/** A rule that an event breaks: of its schema, or of the policies. Never a value of the event. */
export type BrokenRule = BrokenSchemaRule | BrokenPolicy | BrokenAppend;

interface BrokenSchemaRule {
  readonly kind: 'schema';
  readonly eventType: string;
  /** The version that the payload was judged by. Absent where the registry knows none. */
  readonly version?: string;
  /** RFC 6901, from the event's root. Absent where only the receipt says that the event is invalid. */
  readonly pointer?: string;
  /** The rule: a JSON Schema keyword, `unknownType` or `unknownVersion`. */
  readonly keyword?: string;
}

interface BrokenPolicy {
  readonly kind: 'policy';
  readonly policy: string;
  /** The policy only observes, and refuses nothing. */
  readonly observes?: true;
}

/** The event breaks nothing by itself, but was appended together with one that does. */
interface BrokenAppend {
  readonly kind: 'append';
}

const INDEX = /\/(?:0|[1-9]\d*)(?=\/|$)/g;

/** The rule itself, whichever item of an array breaks it: in the pointer, `*` stands for each index. */
export function ruleItself(rule: BrokenRule): BrokenRule {
  if (rule.kind !== 'schema' || rule.pointer === undefined) return rule;
  return { ...rule, pointer: rule.pointer.replace(INDEX, '/*') };
}

/** Whether an event that breaks the rule is refused. */
export function refuses(rule: BrokenRule): boolean {
  return !('observes' in rule);
}

/** One line that names the rule, and that no other rule has. */
export function nameOf(rule: BrokenRule): string {
  if (rule.kind === 'policy') return `policy ${rule.policy}${refuses(rule) ? '' : ' (only observes)'}`;
  if (rule.kind === 'append') return 'another event of its append';
  const { eventType, version, pointer, keyword = 'invalid' } = rule;
  const parts = ['schema', eventType, ...(version === undefined ? [] : [version])];
  return [...parts, ...(pointer === undefined ? [] : [pointer]), keyword].join(' ');
}
