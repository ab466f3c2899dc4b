/** How many events came under a name, and how many of them would be refused. */
export interface Count {
  events: number;
  refused: number;
}

/** Counts by name, in bounded memory: names that find no room are counted together. */
export class Counts {
  readonly #max: number;
  readonly #counts = new Map<string, Count>();
  readonly #others: Count = { events: 0, refused: 0 };

  constructor(max: number) {
    this.#max = max;
  }

  /** What came under names that found no room. */
  get others(): Readonly<Count> {
    return this.#others;
  }

  add(name: string, isRefused: boolean): void {
    const count = this.#countOf(name);
    count.events++;
    if (isRefused) count.refused++;
  }

  /** In the order in which the names first came. */
  entries(): (readonly [name: string, count: Readonly<Count>])[] {
    return [...this.#counts];
  }

  #countOf(name: string): Count {
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    if (this.#counts.size >= this.#max) return this.#others;
    const count = { events: 0, refused: 0 };
    this.#counts.set(name, count);
    return count;
  }
}
