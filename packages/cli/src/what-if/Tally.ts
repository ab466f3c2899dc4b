import { compareUtf8 } from '@nexus/shared';
import { type BrokenRule, nameOf, refuses, ruleItself } from './BrokenRule.ts';
import { Counts } from './Counts.ts';
import { monthOf, RuleTally } from './RuleTally.ts';
import type { EventPlace } from './readHistory.ts';
import type { WhatIfReport } from './WhatIfReport.ts';

const RULES_MAX = 500;
const TYPES_MAX = 1_000;
const MONTHS_MAX = 1_200;

/** Whether an event that breaks the rules would be refused: policies that only observe refuse nothing. */
export function isRefused(broken: readonly BrokenRule[]): boolean {
  return broken.some(refuses);
}

/** Counts what rules say of events, by rule, type and month, in bounded memory. */
export class Tally {
  readonly #examplesMax: number;
  readonly #rules = new Map<string, RuleTally>();
  readonly #types = new Counts(TYPES_MAX);
  readonly #months = new Counts(MONTHS_MAX);
  #events = 0;
  #refused = 0;
  #otherRules = 0;

  /** @param examplesMax - of each rule */
  constructor(examplesMax: number) {
    this.#examplesMax = examplesMax;
  }

  get events(): number {
    return this.#events;
  }

  /** Events come in the order of the feed. */
  add(place: EventPlace, broken: readonly BrokenRule[]): void {
    const refused = isRefused(broken);
    this.#events++;
    if (refused) this.#refused++;
    this.#types.add(place.eventType, refused);
    this.#months.add(monthOf(place), refused);
    for (const rule of broken) this.#addTo(ruleItself(rule), place);
  }

  report(): WhatIfReport {
    const rules = [...this.#rules.values()].map((rule) => rule.report());
    const types = this.#types.entries().map(([eventType, count]) => ({ eventType, ...count }));
    const months = this.#months.entries().map(([month, count]) => ({ month, ...count }));
    return {
      events: this.#events,
      refused: this.#refused,
      rules: rules.sort((a, b) => b.events - a.events || compareUtf8(a.rule, b.rule)),
      otherRules: this.#otherRules,
      types: types.sort((a, b) => b.refused - a.refused || compareUtf8(a.eventType, b.eventType)),
      otherTypes: this.#types.others,
      months: months.sort((a, b) => compareUtf8(a.month, b.month)),
      otherMonths: this.#months.others,
    };
  }

  #addTo(rule: BrokenRule, place: EventPlace): void {
    const name = nameOf(rule);
    const known = this.#rules.get(name);
    if (known !== undefined) known.add(place);
    else if (this.#rules.size < RULES_MAX) this.#rules.set(name, new RuleTally(rule, place, this.#examplesMax));
    else this.#otherRules++;
  }
}
