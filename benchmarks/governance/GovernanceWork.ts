import type { Figures } from '../Group.ts';
import type { Column } from '../table.ts';

export interface Scale {
  /** For each thing that is timed, in ms, after a warm-up. */
  readonly durationMs: number;
  /** Empty, for stores. */
  readonly folder: string;
}

export interface GovernanceWork {
  readonly title: string;
  /** Takes so long that it runs only when it is named. */
  readonly isLong?: true;
  /** Those that can run here. */
  contenders(): readonly string[];
  /** Behind the column of the contender. */
  readonly columns: readonly Column[];
  /** One repetition. */
  run(contender: string, scale: Scale): Promise<Figures>;
}
