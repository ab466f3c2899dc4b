import { statSync } from 'node:fs';

/** Names a file itself, whatever its path; `undefined` if there is none at the path. */
export function fileIdOf(path: string): string | undefined {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return file === undefined ? undefined : `${file.dev}:${file.ino}`;
}
