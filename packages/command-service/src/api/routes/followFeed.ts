import { NotSupportedError, type Subscription } from '@nexus/shared';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ApiContext } from '../ApiContext.ts';
import { EventStreamWriter } from '../EventStreamWriter.ts';
import { HttpError, shuttingDown } from '../HttpError.ts';
import { PROBLEM_ANSWER, UPCAST, type UpcastParameter } from '../schemas.ts';
import { whenGone } from '../whenGone.ts';

const SCHEMA = {
  operationId: 'followFeed',
  summary: 'Follow all events as they are stored',
  description:
    'Server-sent events, each with the event as its data and a checkpoint as its id. A client that comes back with ' +
    'Last-Event-ID, as browsers do, goes on behind that event; the header goes before the parameter. A stream may begin with an id alone, the place that it begins from. A comment is sent ' +
    'now and then on a silent feed. A checkpoint of another store, or of one that was restored, is a 409.',
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      from: { type: 'string', minLength: 1, description: 'start, now or a checkpoint. Default: now.' },
      upcast: UPCAST,
    },
  },
  headers: {
    type: 'object',
    properties: { 'last-event-id': { type: 'string', description: 'The checkpoint to go on behind.' } },
  },
  response: {
    200: {
      description: 'The feed, without an end',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
    default: PROBLEM_ANSWER,
  },
};

interface Route {
  Querystring: { from?: string; upcast?: UpcastParameter };
  Headers: { 'last-event-id'?: string };
}

export function addFollowFeed(api: FastifyInstance, context: ApiContext): void {
  let followed = 0;
  api.get<Route>('/api/feed', { schema: SCHEMA }, async (request, reply) => {
    if (followed >= context.feedsMax) throw exhausted(context.feedsMax);
    followed++;
    try {
      const { from = 'now', upcast } = request.query;
      await follow(context, { from: request.headers['last-event-id'] || from, upcast: upcast !== 'false' }, reply);
    } finally {
      followed--;
    }
  });
}

function exhausted(feedsMax: number): HttpError {
  return new HttpError('FEEDS_EXHAUSTED', `${feedsMax} feeds are followed already; close one, or try again later`);
}

interface Place {
  readonly from: string;
  readonly upcast: boolean;
}

async function follow(context: ApiContext, place: Place, reply: FastifyReply): Promise<void> {
  const ended = AbortSignal.any([whenGone(reply.raw), context.lifecycle.closing]);
  const writer = new EventStreamWriter(reply.raw, ended);
  const begun = Promise.withResolvers<void>();
  const subscription = subscribe(context, writer, begun.promise, place, ended);
  await subscription.started;
  if (context.lifecycle.closing.aborted) throw shuttingDown();
  reply.hijack();
  writer.begin(subscription.status().checkpoint);
  begun.resolve();
  await Promise.race([keepAlive(context, writer, ended), subscription.closed]).then(
    () => writer.end(),
    (err) => breakOff(context, writer, err),
  );
}

/** Nothing is sent before the stream has begun: a place that cannot be followed is answered as a problem instead. */
function subscribe(
  { store }: ApiContext,
  writer: EventStreamWriter,
  begun: Promise<void>,
  place: Place,
  signal: AbortSignal,
): Subscription {
  if (store.subscribeToStream === undefined) {
    throw new NotSupportedError('This store has no change feed', { capability: 'subscribeToStream' });
  }
  const subscription = store.subscribeToStream(
    async (event, { checkpoint }) => {
      await begun;
      await writer.send(event, checkpoint);
    },
    { ...place, onFailure: 'stop', attemptsMax: 1, signal },
  );
  subscription.closed.catch(() => undefined);
  return subscription;
}

async function keepAlive({ clock, heartbeatMs }: ApiContext, writer: EventStreamWriter, ended: AbortSignal) {
  while (!ended.aborted) {
    await clock.sleep(heartbeatMs, ended);
    writer.heartbeat();
  }
}

function breakOff({ logger }: ApiContext, writer: EventStreamWriter, err: unknown): void {
  logger.warn({ err }, 'A feed ended by an error; its client can resume');
  writer.breakOff();
}
