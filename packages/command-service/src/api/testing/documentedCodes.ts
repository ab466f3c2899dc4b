import { readFileSync } from 'node:fs';

const DOCS = new URL('../../../../../docs/', import.meta.url);
const ROW = /^\| `(\w+)` \| (\w+) \|/;
const KIND_ROW = /^\| `(\w+)` \| [^|]+ \| (\d{3}[^|]*) \|/;

/** The statuses that the docs allow each code of a problem to have. */
export function documentedCodes(): ReadonlyMap<string, ReadonlySet<number>> {
  const http = linesOf('http.md');
  const errors = linesOf('errors.md');
  const kinds = new Map(matches(errors, KIND_ROW).map(([, kind = '', statuses = '']) => [kind, numbersIn(statuses)]));
  const ofStore = matches(errors, ROW).map(([, code = '', kind = '']) => [code, kinds.get(kind) ?? []] as const);
  const ofService = matches(http, ROW).map(([, code = '', status = '']) => [code, numbersIn(status)] as const);
  const all = [...ofStore, ...ofService].filter(([, statuses]) => statuses.length > 0);
  return new Map(all.map(([code, statuses]) => [code, new Set(statuses)]));
}

function linesOf(name: string): string[] {
  return readFileSync(new URL(name, DOCS), 'utf8').split('\n');
}

function matches(lines: readonly string[], pattern: RegExp): RegExpExecArray[] {
  return lines.map((line) => pattern.exec(line)).filter((match) => match !== null);
}

function numbersIn(text: string): number[] {
  return [...text.matchAll(/\d{3}/g)].map(Number);
}
