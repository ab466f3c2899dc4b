import type { JsonValue } from './json.ts';

/** Most violations that one append reports: hostile data must not fill memory and logs. */
export const VIOLATIONS_MAX = 100;

/** One broken rule, in a form for programs. */
export interface Violation {
  /** Index of the event in the append. Absent when the append as a whole is meant. */
  readonly eventIndex?: number;
  readonly eventId?: string;
  /** RFC 6901, from the event's root: `/payload/items/0/price`. */
  readonly pointer: string;
  /** The rule: a JSON Schema keyword, or the name of a rule of the envelope. */
  readonly keyword: string;
  /** What the rule asks for. */
  readonly expected?: JsonValue;
  /** What was found, shortened. Never the value of a field that the schema marks with `x-nexus-pii: true`. */
  readonly found?: string;
  /** One sentence that names the field, the rule and the remedy. */
  readonly message: string;
}
