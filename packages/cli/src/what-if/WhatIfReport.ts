import type { BrokenRule } from './BrokenRule.ts';
import type { EventPlace } from './readHistory.ts';

/** What one rule says of the history. */
export interface RuleReport {
  /** One line that names the rule, and no other. */
  readonly rule: string;
  /** The same in parts. In a pointer `*` stands for each index of an array. */
  readonly parts: BrokenRule;
  /** False for policies that only observe. */
  readonly refuses: boolean;
  readonly events: number;
  /** By timestamp. */
  readonly first: EventPlace;
  readonly last: EventPlace;
  /** In the order of the feed. */
  readonly examples: readonly EventPlace[];
  /** By name. */
  readonly types: readonly { readonly eventType: string; readonly events: number }[];
  /** By month, `2026-01`, of the timestamp in UTC. */
  readonly months: readonly { readonly month: string; readonly events: number }[];
}

/** What rules say of a history. The same history and rules give the same report. */
export interface WhatIfReport {
  /** That were looked at. */
  readonly events: number;
  /** That at least one rule refuses. */
  readonly refused: number;
  /** The rule that most events break first. */
  readonly rules: readonly RuleReport[];
  /** Rules beyond the first 500, together: the times that events break them. */
  readonly otherRules: number;
  /** The type of which most events are refused first. */
  readonly types: readonly { readonly eventType: string; readonly events: number; readonly refused: number }[];
  /** Types beyond the first 1,000, together. */
  readonly otherTypes: { readonly events: number; readonly refused: number };
  /** By month of the timestamp, in UTC, the earliest first. */
  readonly months: readonly { readonly month: string; readonly events: number; readonly refused: number }[];
  /** Months beyond the first 1,200, together. */
  readonly otherMonths: { readonly events: number; readonly refused: number };
}
