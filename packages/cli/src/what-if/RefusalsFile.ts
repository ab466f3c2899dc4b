import { appendFileSync, closeSync } from 'node:fs';
import { OutputError } from '../errors.ts';
import { openRejects, rejectsFault } from '../io/openRejects.ts';
import { nameOf, refuses } from './BrokenRule.ts';
import type { Finding } from './protocol.ts';
import type { EventPlace } from './readHistory.ts';
import { isRefused } from './Tally.ts';

const BEGINNING = '{"aggregateId":';

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
    this.#file = openRejects(path, BEGINNING);
  }

  add(places: readonly EventPlace[], findings: readonly Finding[]): void {
    const lines = findings.flatMap((finding) => lineOf(places, finding));
    if (lines.length > 0) this.#attempt(() => appendFileSync(this.#file, lines.join('')));
  }

  close(): void {
    closeSync(this.#file);
  }

  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw new OutputError(
        rejectsFault(this.#path, (error as Error).message),
        { target: this.#path },
        { cause: error },
      );
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
