import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { join } from 'node:path';

const isRoot = process.getuid?.() === 0;

/**
 * Runs a script as a user who is not root, whom no permission stops, and who may be unable to read this checkout.
 *
 * @param script - the body of a module that has `SqliteJournal`, and the path in `process.argv[1]`
 * @returns what it has printed
 */
export function runAsNobody(script: string, path: string): string {
  const source = `import { SqliteJournal } from '${join(import.meta.dirname, '../../SqliteJournal.ts')}';\n${script}`;
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    cwd: '/',
    ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
  };
  return execFileSync(process.execPath, ['--input-type=module', '-e', source, path], options);
}

/** Whether that user may read this checkout. */
export function canRunAsNobody(): boolean {
  try {
    return runAsNobody("console.log('runs')", '').trim() === 'runs';
  } catch {
    return false;
  }
}
