import { appendFileSync, closeSync } from 'node:fs';
import type { JsonValue } from '@nexus/shared';
import { OutputError } from '../errors.ts';
import { openRejects, rejectsFault } from '../io/openRejects.ts';
import { errorFields } from '../io/reportError.ts';

const BEGINNING = '{"line":';

/**
 * Where refused rows go, as JSON lines: `line`, `error` (`code`, `message`, `violations` …) and `row` as it was read.
 * Made, or emptied, when the first row is refused.
 */
export class RejectsFile {
  readonly path: string;
  #file: number | undefined;
  #count = 0;

  constructor(path: string) {
    this.path = path;
  }

  get count(): number {
    return this.#count;
  }

  /** Makes the file now, so that a path that cannot be written is known before anything is stored. */
  open(): void {
    this.#file ??= openRejects(this.path, BEGINNING);
  }

  /** Written when it returns, so that no refusal is lost with the process. */
  add(line: number, error: unknown, row: JsonValue): void {
    this.open();
    const text = JSON.stringify({ line, error: errorFields(error), row });
    this.#attempt(() => appendFileSync(this.#file as number, `${text}\n`));
    this.#count++;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw new OutputError(rejectsFault(this.path, (error as Error).message), { target: this.path }, { cause: error });
    }
  }
}
