import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../ApiContext.ts';
import { EVENT_TYPE, PROBLEM_ANSWER, TIME, UPCAST, type UpcastParameter } from '../schemas.ts';
import { whenGone } from '../whenGone.ts';

const QUERY_TIME = { ...TIME, description: 'RFC 3339 with a zone, at most milliseconds. Inclusive.' };

const SCHEMA = {
  operationId: 'queryEvents',
  summary: 'Query events by type and time',
  description:
    'The oldest matches, both ends inclusive, ordered by time, aggregate and version. Ten pages in any 60 s; then 429 ' +
    'with Retry-After.',
  querystring: {
    type: 'object',
    required: ['eventType', 'startTime', 'endTime'],
    additionalProperties: false,
    properties: {
      eventType: EVENT_TYPE,
      startTime: QUERY_TIME,
      endTime: QUERY_TIME,
      limit: { type: 'integer', minimum: 1, maximum: 10_000, description: 'Most events of the page. Default: 1,000.' },
      cursor: { type: 'string', minLength: 1, description: 'From an earlier page of the same query.' },
      upcast: UPCAST,
    },
  },
  response: {
    200: {
      description: 'A page of events',
      type: 'object',
      required: ['events', 'scannedThrough', 'settledThrough'],
      properties: {
        events: { type: 'array', items: { $ref: 'RecordedEvent#' } },
        cursor: { type: 'string', description: 'Where the next page begins. Absent on the last page.' },
        partial: {
          type: 'object',
          description: 'Why the page ends before the range does. Absent on the last page.',
          properties: { reason: { type: 'string' } },
        },
        scannedThrough: { type: 'string', description: 'Every match up to this time has been looked at.' },
        settledThrough: { type: 'string', description: 'Up to when the index is known to be complete.' },
      },
    },
    default: PROBLEM_ANSWER,
  },
};

interface Route {
  Querystring: {
    eventType: string;
    startTime: string;
    endTime: string;
    limit?: number;
    cursor?: string;
    upcast?: UpcastParameter;
  };
}

export function addQueryEvents(api: FastifyInstance, { store, principal }: ApiContext): void {
  api.get<Route>('/api/events', { schema: SCHEMA }, (request, reply) => {
    const { upcast, ...query } = request.query;
    const signal = whenGone(reply.raw);
    return store.queryEvents({ ...query, upcast: upcast !== 'false', clientId: principal.client, principal, signal });
  });
}
