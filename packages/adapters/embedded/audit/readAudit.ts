import { join } from 'node:path';
import { type AuditLine, parseLine } from './AuditLine.ts';
import { fileNameOf, listChains } from './auditFiles.ts';
import { readLines } from './readLines.ts';

/** A line of an audit log, and where it lies. */
export interface LocatedAuditLine extends AuditLine {
  /** Name of the file, within the folder. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface ReadAuditOptions {
  /** Ends the read with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called for each line that is none of an audit log. They are left out. */
  readonly onUnreadable?: (file: string, line: number) => void;
}

/**
 * The lines of all chains of an audit log's folder, by time; those of one chain in their order. Hashes are not checked:
 * that is the work of `verifyAudit`. Holds one line of each chain in memory.
 *
 * @throws the file system's error, where the folder or a file cannot be read
 */
export async function* readAudit(
  folder: string,
  options: ReadAuditOptions = {},
): AsyncGenerator<LocatedAuditLine, void, undefined> {
  const chains = [...(await listChains(folder))].map(([chain, numbers]) => readChain(folder, chain, numbers, options));
  const heads: { line: LocatedAuditLine; rest: (typeof chains)[number] }[] = [];
  try {
    for (const rest of chains) {
      const { value } = await rest.next();
      if (value !== undefined) heads.push({ line: value, rest });
    }
    for (;;) {
      const oldest = oldestOf(heads);
      if (oldest === undefined) return;
      yield oldest.line;
      const { value } = await oldest.rest.next();
      if (value === undefined) heads.splice(heads.indexOf(oldest), 1);
      else oldest.line = value;
    }
  } finally {
    for (const chain of chains) await chain.return();
  }
}

function oldestOf<Head extends { readonly line: LocatedAuditLine }>(heads: readonly Head[]): Head | undefined {
  let oldest = heads[0];
  for (const head of heads) if (oldest !== undefined && head.line.at < oldest.line.at) oldest = head;
  return oldest;
}

async function* readChain(
  folder: string,
  chain: string,
  numbers: readonly number[],
  { signal, onUnreadable }: ReadAuditOptions,
): AsyncGenerator<LocatedAuditLine, void, undefined> {
  for (const number of numbers) {
    const file = fileNameOf(chain, number);
    for await (const { text, number: line } of readLines(join(folder, file), { signal })) {
      const parsed = text === undefined ? undefined : parseLine(text);
      if (parsed === undefined) onUnreadable?.(file, line);
      else yield { ...parsed, file, line };
    }
  }
}
