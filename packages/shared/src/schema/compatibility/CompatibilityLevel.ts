/**
 * What a new version of a schema owes to earlier ones, with Confluent's meaning:
 * - `BACKWARD`: data written under the version before can be read by the new one. `FORWARD`: the other way round.
 *   `FULL`: both.
 * - `…_TRANSITIVE`: not only with the version before, but with all earlier ones.
 * - `NONE`: nothing is asked.
 */
export type CompatibilityLevel =
  | 'NONE'
  | 'BACKWARD'
  | 'BACKWARD_TRANSITIVE'
  | 'FORWARD'
  | 'FORWARD_TRANSITIVE'
  | 'FULL'
  | 'FULL_TRANSITIVE';

/** The levels that a registry asks for. A type's own comes first, then the longest prefix, then the default. */
export interface CompatibilityLevels {
  /** Default: `BACKWARD`. */
  readonly default?: CompatibilityLevel;
  /** By the beginning of the event type. */
  readonly prefixes?: Readonly<Record<string, CompatibilityLevel>>;
  /** By event type. */
  readonly types?: Readonly<Record<string, CompatibilityLevel>>;
}

/** One way in which two versions of a schema do not go together. */
export interface Incompatibility {
  /** The earlier version that the proposed one does not go together with. */
  readonly version: string;
  /** `backward`: data of the earlier version fails under the proposed one. `forward`: the other way round. */
  readonly direction: 'backward' | 'forward';
  /** What changed, in the words of Confluent's checker where it has one: `REQUIRED_ATTRIBUTE_ADDED`, `TYPE_NARROWED`. */
  readonly kind: string;
  /**
   * RFC 6901, into a schema text: `/properties/total/type`. It leads to what data fails under, thus into the proposed
   * schema for `backward` and into the earlier one for `forward`. Where that has no such place, because a property or
   * an item was removed, it leads into the other one.
   */
  readonly pointer: string;
  /** One sentence that says what is wrong there. */
  readonly message: string;
  /** What would mend it. */
  readonly remedy: string;
}
