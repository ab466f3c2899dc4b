import { appendFileSync, closeSync, openSync } from 'node:fs';
import { OutputError } from '../errors.ts';
import { nameOf, refuses } from './BrokenRule.ts';
import type { Finding } from './protocol.ts';
import type { EventPlace } from './readHistory.ts';
import { isRefused } from './Tally.ts';

/**
 * Every event that would be refused, as a JSON line: its place, the first rule that refuses it and where, and all of
 * them. In the order of the feed.
 */
export class RefusalsFile {
  readonly #path: string;
  readonly #file: number;

  /** Makes or empties the file. @throws OutputError */
  constructor(path: string) {
    this.#path = path;
    this.#file = this.#attempt(() => openSync(path, 'w'));
  }

  add(places: readonly EventPlace[], findings: readonly Finding[]): void {
    const lines = findings.flatMap((finding) => lineOf(places, finding));
    if (lines.length > 0) this.#attempt(() => appendFileSync(this.#file, lines.join('')));
  }

  close(): void {
    closeSync(this.#file);
  }

  #attempt<Result>(write: () => Result): Result {
    try {
      return write();
    } catch (error) {
      const message = `The file ${this.#path} cannot be written: ${(error as Error).message}; name another by --rejects`;
      throw new OutputError(message, { target: this.#path }, { cause: error });
    }
  }
}

function lineOf(places: readonly EventPlace[], { index, broken }: Finding): string[] {
  if (!isRefused(broken)) return [];
  const rules = broken
    .filter(refuses)
    .map((rule) => ({ rule: nameOf(rule), ...('pointer' in rule ? { pointer: rule.pointer } : {}) }));
  return [`${JSON.stringify({ ...places[index], ...rules[0], rules })}\n`];
}
