import type { PayloadRule } from '../../ports/SchemaRegistryPort.ts';

/** A rule between two versions of an event type's payload that a store is given beside those of its registry. */
export interface Upcaster {
  readonly eventType: string;
  /** The version that `up` takes. */
  readonly from: string;
  /** The version that `up` makes. It may be several versions on. */
  readonly to: string;
  readonly up: PayloadRule;
  /** Takes a payload of `to` back to `from`. Default: none. */
  readonly down?: PayloadRule;
}
