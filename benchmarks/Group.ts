/** What one repetition measured, by name. What does not apply is absent. */
export type Figures = Readonly<Record<string, number | undefined>>;

/** All repetitions of one contender at one work. */
export interface Row {
  readonly group: string;
  readonly work: string;
  readonly contender: string;
  readonly storedEvents: number;
  readonly measurements: Figures[];
  /** Counted in a repetition of its own, where `strace` is there. */
  syncsPerCommit?: number;
}

export interface Repetition {
  readonly contender: string;
  readonly work: string;
  /** Events of works that take a number of them. */
  readonly storedEvents: number;
}

/** Benchmarks that belong together. */
export interface Group {
  readonly name: string;
  /** The module that a repetition's process runs, with contender, work, folder and number of stored events. */
  readonly process: string;
  /**
   * By the names that they are asked for. `isLong`: runs only when it is named. `takesEvents`: depends on the number of
   * events that is asked for.
   */
  readonly works: Readonly<Record<string, { readonly isLong?: true; readonly takesEvents?: true }>>;
  /** Makes what repetitions share, before the first. */
  prepare?(works: readonly string[], say: (message: string) => void): Promise<void>;
  /** Removes what was made only for this run. */
  finish?(works: readonly string[]): void;
  /** Those that can run here, after {@link Group.prepare}. */
  contendersOf(work: string): readonly string[];
  countsSyncs(work: string): boolean;
  /** Versions of what is measured, beside those of the machine. */
  versions(): readonly string[];
  /** Markdown. */
  tables(rows: readonly Row[]): string;
}
