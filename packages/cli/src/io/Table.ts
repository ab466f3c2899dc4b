import type { Output } from './Output.ts';
import { printable } from './printable.ts';

/** Rows that are kept back to find the widths of columns; later rows use the same widths. */
const MEASURED_ROWS = 200;
const GAP = '  ';

/** Writes rows for people, in bounded memory: aligned columns under a heading, cut at the width of a terminal. */
export class Table {
  readonly #output: Output;
  readonly #width: number | undefined;
  readonly #heading: readonly string[];
  #measured: (readonly string[])[] = [];
  #widths: readonly number[] | undefined;

  /** @param width - of the terminal, in characters. `undefined`: never cut. */
  constructor(output: Output, heading: readonly string[], width: number | undefined) {
    this.#output = output;
    this.#heading = heading;
    this.#width = width;
  }

  async row(cells: readonly (string | number)[]): Promise<void> {
    const texts = cells.map((cell) => printable(String(cell)));
    if (this.#widths !== undefined) return this.#line(texts);
    this.#measured.push(texts);
    if (this.#measured.length >= MEASURED_ROWS) await this.#flush();
  }

  /** Writes what was kept back. Without any row it writes nothing. */
  async end(): Promise<void> {
    if (this.#widths === undefined && this.#measured.length > 0) await this.#flush();
  }

  async #flush(): Promise<void> {
    const rows = [this.#heading, ...this.#measured];
    this.#widths = this.#heading.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    this.#measured = [];
    for (const row of rows) await this.#line(row);
  }

  #line(cells: readonly string[]): Promise<void> {
    const padded = cells.map((cell, column) => cell.padEnd(this.#widths?.[column] ?? 0));
    return this.#output.line(cut(padded.join(GAP).trimEnd(), this.#width));
  }
}

function cut(line: string, width: number | undefined): string {
  return width === undefined || line.length <= width
    ? line
    : `${line.slice(0, Math.max(0, width - 1)).toWellFormed()}…`;
}
