import { join } from 'node:path';
import type { AuditSeal } from '@nexus/shared';
import { AuditFindings, type AuditReport } from './AuditFinding.ts';
import { type Chains, fileNameOf, listChains, parseFileName } from './auditFiles.ts';
import { ChainVerifier } from './ChainVerifier.ts';
import { readLines } from './readLines.ts';

export interface VerifyAuditOptions {
  /** The store's seals. Without them a tail that was cut, and a chain that was written anew, are not found. Default: none. */
  readonly seals?: readonly AuditSeal[];
  /** Ends it with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with the number of lines checked, about once for every thousand. */
  readonly onProgress?: (lines: number) => void;
}

const PROGRESS_LINES = 1_000;

/**
 * Reads every line of an audit log's folder, computes its hash anew, and compares with the lines before it and with
 * the store's seals. In bounded memory. Lines behind the last seal are held to their chain alone.
 *
 * @throws the file system's error, where the folder cannot be read, or is absent and nothing is sealed
 */
export async function verifyAudit(folder: string, options: VerifyAuditOptions = {}): Promise<AuditReport> {
  const { seals = [] } = options;
  const chains = await chainsIn(folder, seals);
  const findings = new AuditFindings();
  let lines = 0;
  const onLine = () => {
    lines += 1;
    if (lines % PROGRESS_LINES === 0) options.onProgress?.(lines);
  };
  for (const [chain, numbers] of chains) {
    const seal = seals.find((one) => one.chain === chain);
    const verifier = new ChainVerifier(chain, seal, findings);
    for (const { first, last, isThere } of runsOf(numbers, seal)) {
      if (!isThere) verifier.missFiles(fileNameOf(chain, first), fileNameOf(chain, last));
      else await verifyFile(verifier, { folder, file: fileNameOf(chain, first) }, findings, { ...options, onLine });
    }
    verifier.end();
  }
  for (const { chain, file, at, sequence } of seals) {
    if (chains.has(chain)) continue;
    const message = `No file of chain ${chain} is there, which was sealed at ${at} with ${sequence} lines`;
    findings.error('file-missing', file, 0, message);
  }
  const { first, total, isClean } = findings;
  return { clean: isClean, chains: chains.size, lines, seals: seals.length, findings: first, findingsTotal: total };
}

/** With the folder all files have gone, which the seals know of. */
async function chainsIn(folder: string, seals: readonly AuditSeal[]): Promise<Chains> {
  try {
    return await listChains(folder);
  } catch (error) {
    if (seals.length > 0 && (error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

async function verifyFile(
  verifier: ChainVerifier,
  { folder, file }: { readonly folder: string; readonly file: string },
  findings: AuditFindings,
  { signal, onLine }: { readonly signal?: AbortSignal; readonly onLine: () => void },
): Promise<void> {
  try {
    for await (const line of readLines(join(folder, file), { signal })) {
      verifier.take(file, line);
      onLine();
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    findings.error('not-a-record', file, 0, `The file cannot be read: ${error.message}`);
  }
}

interface Run {
  readonly first: number;
  readonly last: number;
  readonly isThere: boolean;
}

/** The chain's files one by one, and between and behind them what is missing, up to the file that the seal names. */
function* runsOf(numbers: readonly number[], seal: AuditSeal | undefined): Generator<Run, void, undefined> {
  let next = 1;
  for (const number of numbers) {
    if (number > next) yield { first: next, last: number - 1, isThere: false };
    yield { first: number, last: number, isThere: true };
    next = number + 1;
  }
  const sealed = parseFileName(seal?.file ?? '')?.number ?? 0;
  if (sealed >= next) yield { first: next, last: sealed, isThere: false };
}
