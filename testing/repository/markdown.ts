import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '../..');

/** Every Markdown file of the repository, relative to its root. */
export function markdownFiles(): string[] {
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'];
  return execFileSync('git', listed, { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => !file.startsWith('.changeset/'));
}

/** A file of the repository. */
export function readText(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

export interface CodeBlock {
  /** `README.md:42` */
  readonly place: string;
  readonly code: string;
  /** False where the block says ```ts no-run. */
  readonly runs: boolean;
}

/** The TypeScript blocks of a file, in their order. Each is a whole program. */
export function typescriptBlocks(file: string): CodeBlock[] {
  const text = readText(file);
  return [...text.matchAll(/^```ts(?: (no-run))?\n(.*?)^```$/gms)].map((match) => ({
    place: `${file}:${text.slice(0, match.index).split('\n').length}`,
    code: match[2] ?? '',
    runs: match[1] === undefined,
  }));
}
