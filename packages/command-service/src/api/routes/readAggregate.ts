import { Readable } from 'node:stream';
import type { ReadAggregateOptions, RecordedEvent } from '@nexus/shared';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiContext } from '../ApiContext.ts';
import { type AggregateQuery, cursorOf, versionOfCursor } from '../aggregateCursor.ts';
import { openLines, PAGE_READ_LIMIT, readPage } from '../eventTexts.ts';
import { AGGREGATE_ID, PROBLEM_ANSWER, UPCAST, type UpcastParameter, VERSION } from '../schemas.ts';
import { whenGone } from '../whenGone.ts';

const NDJSON = 'application/x-ndjson';

const SCHEMA = {
  operationId: 'readAggregate',
  summary: 'Read the events of an aggregate',
  description:
    'Ascending by version, both ends inclusive; no events if the aggregate is unknown. As JSON a page of at most 1,000, ' +
    'and a cursor where more follow. With Accept: application/x-ndjson all of them, one event a line, streamed; a ' +
    'connection that breaks off before the response has ended means that events are missing.',
  params: { type: 'object', required: ['id'], properties: { id: AGGREGATE_ID } },
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      fromVersion: { ...VERSION, description: 'Default: 1.' },
      toVersion: { ...VERSION, description: 'Default: the aggregate’s version when the read begins.' },
      cursor: { type: 'string', minLength: 1, description: 'From an earlier page of the same query.' },
      upcast: UPCAST,
    },
  },
  response: {
    200: {
      description: 'The events',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['events'],
            properties: {
              events: { type: 'array', items: { $ref: 'RecordedEvent#' } },
              cursor: { type: 'string', description: 'Where the next page begins. Absent on the last page.' },
            },
          },
        },
        [NDJSON]: { schema: { $ref: 'RecordedEvent#' } },
      },
    },
    default: PROBLEM_ANSWER,
  },
};

interface Route {
  Params: { id: string };
  Querystring: { fromVersion?: number; toVersion?: number; cursor?: string; upcast?: UpcastParameter };
}

export function addReadAggregate(api: FastifyInstance, context: ApiContext): void {
  api.get<Route>('/api/aggregates/:id/events', { schema: SCHEMA }, (request, reply) => {
    const { cursor, upcast, ...versions } = request.query;
    const query: AggregateQuery = { ...request.params, ...versions };
    const fromVersion = cursor === undefined ? (query.fromVersion ?? 1) : versionOfCursor(query, cursor);
    const read = reader(context, query, { fromVersion, upcast: upcast !== 'false', signal: whenGone(reply.raw) });
    reply.header('vary', 'accept');
    return acceptsLines(request) ? sendLines(reply, read(), context) : sendPage(reply, read(PAGE_READ_LIMIT), query);
  });
}

function reader({ store }: ApiContext, { id, toVersion }: AggregateQuery, options: ReadAggregateOptions) {
  return (limit?: number): AsyncIterable<RecordedEvent> =>
    store.readAggregate(id, {
      ...options,
      ...(toVersion === undefined ? {} : { toVersion }),
      ...(limit === undefined ? {} : { limit }),
    });
}

function acceptsLines({ headers }: FastifyRequest): boolean {
  const accepted = (headers.accept ?? '').split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return accepted.includes(NDJSON);
}

async function sendPage(reply: FastifyReply, events: AsyncIterable<RecordedEvent>, query: AggregateQuery) {
  const { texts, nextVersion } = await readPage(events);
  const cursor = nextVersion === undefined ? '' : `,"cursor":${JSON.stringify(cursorOf(query, nextVersion))}`;
  return reply.type('application/json; charset=utf-8').send(`{"events":[${texts.join(',')}]${cursor}}`);
}

async function sendLines(reply: FastifyReply, events: AsyncIterable<RecordedEvent>, { logger }: ApiContext) {
  const lines = Readable.from(await openLines(events), { objectMode: false });
  lines.once('error', (err) => {
    if (!reply.raw.destroyed) logger.error({ err }, 'A stream of events broke off');
  });
  return reply.type(NDJSON).send(lines);
}
