import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './ApiContext.ts';
import { shuttingDown } from './HttpError.ts';

/**
 * Makes `api.close()` graceful: no new work is taken, accepted appends are finished, feeds end, and other answers have
 * a time of grace to be received. Connections that are left then are broken, so that closing always ends.
 */
export function addShutdown(api: FastifyInstance, context: ApiContext): void {
  const { lifecycle } = context;
  api.addHook('onRequest', async (request) => {
    if (lifecycle.closing.aborted && !request.url.startsWith('/health/')) {
      throw shuttingDown();
    }
  });
  api.addHook('onSend', async (_request, reply) => {
    if (lifecycle.closing.aborted) reply.header('connection', 'close');
  });
  api.addHook('onResponse', async () => {
    if (lifecycle.closing.aborted) setImmediate(() => api.server.closeIdleConnections());
  });
  api.addHook('preClose', async () => {
    lifecycle.beginClose();
    void breakAfterGrace(api, context);
  });
  api.addHook('onClose', async () => lifecycle.endClose());
}

async function breakAfterGrace(api: FastifyInstance, { lifecycle, clock, shutdownGraceMs, logger }: ApiContext) {
  await Promise.all([lifecycle.settled(), clock.sleep(shutdownGraceMs, lifecycle.closed)]);
  if (lifecycle.closed.aborted) return;
  logger.warn({ shutdownGraceMs }, 'Connections are broken: their clients did not finish in time');
  api.server.closeAllConnections();
}
