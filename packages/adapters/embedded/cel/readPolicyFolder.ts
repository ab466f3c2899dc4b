import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { ConfigurationError } from '@nexus/shared';
import type { PolicyDocument } from './PolicyDocument.ts';
import { parsePolicyFile } from './parsePolicyFile.ts';

const FILE_BYTES_MAX = 1024 * 1024;
const FILES_MAX = 1_000;
/** Of all files together. */
const BYTES_MAX = 8 * 1024 * 1024;
const DEPTH_MAX = 16;
const TRIES_MAX = 5;
const POLICY_FILE = /\.ya?ml$/;
const TEST_FILE = /\.test\.ya?ml$/;

/** A file beside others: its path for messages, and its text. */
interface TextFile {
  /** The folder's own path, and the path within it. */
  readonly file: string;
  readonly text: string;
}

/**
 * Reads the policies of a folder and its sub-folders.
 *
 * @throws ConfigurationError - the folder or a file cannot be read, or is no YAML
 */
export function readPolicyFolder(folder: string): PolicyDocument[] {
  return readFiles(folder, (name) => POLICY_FILE.test(name) && !TEST_FILE.test(name)).flatMap(({ file, text }) =>
    parsePolicyFile(file, text),
  );
}

/** Reads the tests of policies of a folder and its sub-folders; see {@link readPolicyFolder}. */
export function readTestFolder(folder: string): PolicyDocument[] {
  return readFiles(folder, (name) => TEST_FILE.test(name)).flatMap(({ file, text }) => parsePolicyFile(file, text));
}

/**
 * The files of a folder as they were together: where one changes while they are read, as a mount by Kubernetes does, they
 * are read again, since a mixture of two sets is neither.
 */
function readFiles(folder: string, isWanted: (name: string) => boolean): TextFile[] {
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    const [before, files, after] = [
      stampOf(folder, isWanted),
      readFilesOnce(folder, isWanted),
      stampOf(folder, isWanted),
    ];
    if (before === after) return files;
  }
  throw fault(folder, 'changes while it is read; try again');
}

/** What differs when a file is another one, or was written to. */
function stampOf(folder: string, isWanted: (name: string) => boolean): string {
  const root = attempt(folder, () => realpathSync(folder));
  const files = filesBelow(folder, root, isWanted, 0).sort();
  const stamps = files.map((file) => {
    const { ino, size, mtimeNs, ctimeNs } = attempt(file, () => statSync(file, { bigint: true }));
    return [file, ino, size, mtimeNs, ctimeNs].join(' ');
  });
  return [root, ...stamps].join('\n');
}

/** The files of a folder, by path. Names that start with a dot are left out; a link must stay within the folder. */
function readFilesOnce(folder: string, isWanted: (name: string) => boolean): TextFile[] {
  const root = attempt(folder, () => realpathSync(folder));
  const files = filesBelow(folder, root, isWanted, 0).sort();
  if (files.length > FILES_MAX) throw fault(folder, `has more than ${FILES_MAX} policy files; join some`);
  let bytes = 0;
  return files.map((file) => {
    const { size, isFile } = attempt(file, () => sizeOf(file));
    if (!isFile) throw fault(file, 'is no file; move it away');
    if (size > FILE_BYTES_MAX) throw fault(file, `is larger than ${FILE_BYTES_MAX} bytes; split it`);
    bytes += size;
    if (bytes > BYTES_MAX) throw fault(folder, `has more than ${BYTES_MAX} bytes of policies; move some away`);
    return { file, text: attempt(file, () => decoded(readFileSync(file))) };
  });
}

function filesBelow(folder: string, root: string, isWanted: (name: string) => boolean, depth: number): string[] {
  if (depth > DEPTH_MAX) throw fault(folder, `lies more than ${DEPTH_MAX} folders deep; move it up`);
  const entries: Dirent[] = attempt(folder, () => readdirSync(folder, { withFileTypes: true }));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return filesBelow(path, root, isWanted, depth + 1);
    if (!isWanted(entry.name)) return entry.isSymbolicLink() ? filesBehind(path, root, isWanted, depth) : [];
    if (entry.isSymbolicLink()) refuseForeignLink(path, root);
    return [path];
  });
}

/**
 * A link to a folder is gone into, since a mount by Kubernetes makes its sub-folders so, and policies that are passed
 * over deny nothing. Links in a circle come to the bound on depth.
 */
function filesBehind(link: string, root: string, isWanted: (name: string) => boolean, depth: number): string[] {
  if (!attempt(link, () => statSync(link).isDirectory())) return [];
  refuseForeignLink(link, root);
  return filesBelow(link, root, isWanted, depth + 1);
}

/** A link out of the folder would put into force what whoever guards the folder has not seen. */
function refuseForeignLink(path: string, root: string): void {
  const target = attempt(path, () => realpathSync(path));
  const way = relative(root, target);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw fault(path, 'links to a place outside the folder of policies; copy what is there into the folder');
  }
}

function sizeOf(file: string): { readonly size: number; readonly isFile: boolean } {
  const status = statSync(file);
  return { size: status.size, isFile: status.isFile() };
}

function decoded(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function attempt<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw fault(path, `cannot be read: ${(error as Error).message}; check the path and its permissions`, error);
  }
}

function fault(path: string, message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError('policies', `${path} ${message}`, { cause });
}
