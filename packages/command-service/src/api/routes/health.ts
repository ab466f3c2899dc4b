import { isNexusError, StoreUnavailableError } from '@nexus/shared';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../ApiContext.ts';
import { shuttingDown } from '../HttpError.ts';
import { PROBLEM_ANSWER } from '../schemas.ts';

/** Any valid id does: an aggregate that is unknown has version 0. */
const PROBE_ID = 'nexus-readiness';

const statusSchema = (status: string) => ({
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', enum: [status] } },
});

const LIVE = {
  operationId: 'live',
  summary: 'Whether the process runs',
  response: { 200: { description: 'It runs', ...statusSchema('live') } },
};

const READY = {
  operationId: 'ready',
  summary: 'Whether requests can be served',
  description: '503 while the service shuts down, and while the store does not answer.',
  response: { 200: { description: 'They can', ...statusSchema('ready') }, default: PROBLEM_ANSWER },
};

export function addHealth(api: FastifyInstance, context: ApiContext): void {
  api.get('/health/live', { schema: LIVE, exposeHeadRoute: true }, async () => ({ status: 'live' }));
  api.get('/health/ready', { schema: READY, exposeHeadRoute: true }, async () => {
    await checkReady(context);
    return { status: 'ready' };
  });
}

/** @throws HttpError, StoreUnavailableError */
async function checkReady({ store, clock, readyTimeoutMs, lifecycle }: ApiContext): Promise<void> {
  if (lifecycle.closing.aborted) throw shuttingDown();
  const answered = new AbortController();
  const late = clock.sleep(readyTimeoutMs, answered.signal).then(() => {
    throw new StoreUnavailableError(`The store did not answer within ${readyTimeoutMs} ms`, { reason: 'timeout' });
  });
  try {
    await Promise.race([store.getVersion(PROBE_ID), late]);
  } catch (cause) {
    throw unavailable(cause);
  } finally {
    answered.abort();
    late.catch(() => undefined);
  }
}

function unavailable(cause: unknown): StoreUnavailableError {
  if (cause instanceof StoreUnavailableError) return cause;
  const reason = isNexusError(cause) ? cause.code : 'failed';
  return new StoreUnavailableError('The store cannot be read', { reason }, { cause });
}
