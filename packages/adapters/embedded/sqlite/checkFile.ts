import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { IntegrityFinding } from '@nexus/shared';
import { storeErrorOf } from './driver-errors.ts';
import type { DriverFailure } from './driver-failure.ts';

export interface IntegrityRequest {
  readonly path: string;
  readonly busyTimeoutMs: number;
}

export type IntegrityReply =
  | { readonly findings: readonly IntegrityFinding[]; readonly failure?: never }
  | { readonly failure: DriverFailure };

/**
 * Checks a store's file in a thread of its own, so that the event loop goes on. Damage that keeps SQLite from checking
 * at all is a finding too.
 *
 * @throws StoreUnavailableError
 */
export async function checkFile(request: IntegrityRequest): Promise<readonly IntegrityFinding[]> {
  const url = new URL(`./integrity-checker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(url, { workerData: request, name: 'nexus-sqlite-integrity', execArgv: [] });
  const [reply] = (await once(worker, 'message')) as [IntegrityReply];
  if (reply.failure === undefined) return reply.findings;
  if (reply.failure.reason === 'corrupt') return [{ where: 'file', found: reply.failure.message }];
  throw storeErrorOf(reply.failure, request.path);
}
