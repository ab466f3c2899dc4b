import type { Bench } from './bench/Bench.ts';

/** One fact that holds for every store. */
export interface ConformanceCase {
  /** Stable: the number of the guarantee, a dot, and a name in kebab-case. */
  readonly id: string;
  /** The fact, in the present tense. */
  readonly name: string;
  /** Resolves when the fact holds; rejects with what was found instead. */
  run(bench: Bench): Promise<void>;
}

/** The cases that prove one guarantee of `EventStorePort`. */
export interface Guarantee {
  /** Its number in the documentation of `EventStorePort`. */
  readonly number: number;
  readonly title: string;
  readonly cases: readonly ConformanceCase[];
}

/** Thrown by a case that says nothing about the store at hand. */
export class NotApplicable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotApplicable';
  }
}

/** Ends the case as not applicable, with the reason, unless the condition holds. */
export function onlyWhere(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new NotApplicable(otherwise);
}
