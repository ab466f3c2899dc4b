import { compareUtf8 } from '@nexus/shared';
import { type BrokenRule, nameOf, refuses } from './BrokenRule.ts';
import { Counts } from './Counts.ts';
import type { EventPlace } from './readHistory.ts';
import type { RuleReport } from './WhatIfReport.ts';

const TYPES_MAX = 20;
const MONTHS_MAX = 240;
/** Of an ISO 8601 time: `2026-01`. */
const MONTH_LENGTH = 7;

/** What one rule says of the events that break it. */
export class RuleTally {
  readonly #rule: BrokenRule;
  readonly #examplesMax: number;
  readonly #examples: EventPlace[] = [];
  readonly #types = new Counts(TYPES_MAX);
  readonly #months = new Counts(MONTHS_MAX);
  #events = 0;
  #first: EventPlace;
  #last: EventPlace;

  constructor(rule: BrokenRule, place: EventPlace, examplesMax: number) {
    this.#rule = rule;
    this.#examplesMax = examplesMax;
    this.#first = place;
    this.#last = place;
    this.add(place);
  }

  add(place: EventPlace): void {
    this.#events++;
    this.#types.add(place.eventType, true);
    this.#months.add(monthOf(place), true);
    if (place.timestamp < this.#first.timestamp) this.#first = place;
    if (place.timestamp >= this.#last.timestamp) this.#last = place;
    if (this.#examples.length < this.#examplesMax) this.#examples.push(place);
  }

  report(): RuleReport {
    const types = this.#types.entries().map(([eventType, { events }]) => ({ eventType, events }));
    const months = this.#months.entries().map(([month, { events }]) => ({ month, events }));
    return {
      rule: nameOf(this.#rule),
      parts: this.#rule,
      refuses: refuses(this.#rule),
      events: this.#events,
      first: this.#first,
      last: this.#last,
      examples: this.#examples,
      types: types.sort((a, b) => b.events - a.events || compareUtf8(a.eventType, b.eventType)),
      months: months.sort((a, b) => compareUtf8(a.month, b.month)),
    };
  }
}

/** The month of the event's time, in UTC. */
export function monthOf({ timestamp }: EventPlace): string {
  return timestamp.slice(0, MONTH_LENGTH);
}
