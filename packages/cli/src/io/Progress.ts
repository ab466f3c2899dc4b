import { SingleBar } from 'cli-progress';
import type { TextOutput } from '../CommandContext.ts';

const LINE_EVERY_MS = 5_000;

export interface ProgressOptions {
  readonly stream: TextOutput;
  /** False for machines: nothing is shown. */
  readonly shown: boolean;
  /** ms since 1970. */
  readonly now: () => number;
  /** Such as `verifying`. */
  readonly doing: string;
  /** What is counted, such as `events`. */
  readonly unit: string;
  /** `undefined` where it is not known. */
  readonly total: number | undefined;
}

/** How far a long command is: a bar on a terminal, else a line every five seconds. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #bar: SingleBar | undefined;
  #nextLineAt: number;

  constructor(options: ProgressOptions) {
    const { stream, shown, now, total } = options;
    this.#options = options;
    this.#nextLineAt = now() + LINE_EVERY_MS;
    if (!shown || stream.isTTY !== true) return;
    this.#bar = new SingleBar({ stream, format: formatOf(options), clearOnComplete: true, hideCursor: true });
    this.#bar.start(total ?? 0, 0);
  }

  update(done: number): void {
    if (this.#bar !== undefined) this.#bar.update(done);
    else if (this.#options.shown) this.#maybeLine(done);
  }

  end(): void {
    this.#bar?.stop();
  }

  #maybeLine(done: number): void {
    const { now, doing, unit, total, stream } = this.#options;
    if (now() < this.#nextLineAt) return;
    this.#nextLineAt = now() + LINE_EVERY_MS;
    const of = total === undefined ? '' : ` of ${total.toLocaleString('en')}`;
    stream.write(`nexus: ${doing}: ${done.toLocaleString('en')}${of} ${unit}\n`);
  }
}

function formatOf({ doing, unit, total }: ProgressOptions): string {
  return total === undefined ? `${doing}: {value} ${unit}` : `${doing} {bar} {percentage}% | {value}/{total} ${unit}`;
}
