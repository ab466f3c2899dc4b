import { NotFoundError } from '@nexus/shared';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../ApiContext.ts';
import { AGGREGATE_ID, NO_PARAMETERS, PROBLEM_ANSWER, VERSION } from '../schemas.ts';

const SCHEMA = {
  operationId: 'readReceipt',
  summary: 'Read the receipt of an event',
  description: 'Which rules let in the append that stored this version.',
  params: {
    type: 'object',
    required: ['id', 'version'],
    properties: { id: AGGREGATE_ID, version: VERSION },
  },
  querystring: NO_PARAMETERS,
  response: { 200: { description: 'The receipt', $ref: 'Receipt#' }, default: PROBLEM_ANSWER },
};

interface Route {
  Params: { id: string; version: number };
}

export function addReadReceipt(api: FastifyInstance, { store }: ApiContext): void {
  api.get<Route>('/api/aggregates/:id/receipts/:version', { schema: SCHEMA }, async (request) => {
    const { id, version } = request.params;
    const receipt = await store.getReceipt(id, version);
    if (receipt === undefined) throw new NotFoundError(`There is no version ${version} of ${id}`, { what: 'event' });
    return receipt;
  });
}
