import type { DomainEvent } from '@nexus/shared';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../ApiContext.ts';
import { NO_PARAMETERS, PROBLEM_ANSWER, type Schema } from '../schemas.ts';

const RECEIPTS: Schema = {
  type: 'object',
  required: ['replayed', 'receipts'],
  properties: {
    replayed: {
      description: 'True: stored before, and not again. "unknown": the store was told not to find out.',
      enum: [true, false, 'unknown'],
    },
    receipts: { type: 'array', items: { $ref: 'Receipt#' } },
  },
};

const SCHEMA = {
  operationId: 'appendEvents',
  summary: 'Append events',
  description:
    'Stores the events, in their order, whole or not at all. Sending the same events again is harmless. A 504 says ' +
    'that the outcome is unknown, and only the same request, sent again, settles it; a 503 says that nothing was stored.',
  querystring: NO_PARAMETERS,
  body: {
    type: 'object',
    required: ['events'],
    additionalProperties: false,
    properties: { events: { type: 'array', minItems: 1, items: { $ref: 'Event#' } } },
  },
  response: {
    200: { description: 'Stored before, and not again', ...RECEIPTS },
    201: { description: 'Stored', ...RECEIPTS },
    default: PROBLEM_ANSWER,
  },
};

export function addAppendEvents(api: FastifyInstance, { store, principal, lifecycle }: ApiContext): void {
  api.post<{ Body: { events: DomainEvent[] } }>('/api/events', { schema: SCHEMA }, async (request, reply) => {
    const receipt = await lifecycle.accept(store.append(request.body.events, { principal }));
    return reply.code(receipt.replayed === false ? 201 : 200).send(receipt);
  });
}
