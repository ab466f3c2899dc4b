import type { Server } from 'node:http';
import swagger from '@fastify/swagger';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { ApiContext } from './ApiContext.ts';
import { type ApiOptions, settingsOf } from './ApiOptions.ts';
import { refuseForeign, refuseMalformedQuery } from './guard.ts';
import { HttpError } from './HttpError.ts';
import { Lifecycle } from './Lifecycle.ts';
import { collectMethods, refuseOtherMethods } from './methodsNotAllowed.ts';
import { OwedAnswers } from './OwedAnswers.ts';
import { readJsonBody } from './readJsonBody.ts';
import { refuseConnection, replyWithProblem, SECURE_HEADERS } from './replyWithProblem.ts';
import { addAppendEvents } from './routes/appendEvents.ts';
import { addFollowFeed } from './routes/followFeed.ts';
import { addHealth } from './routes/health.ts';
import { addOpenApiDocument } from './routes/openApiDocument.ts';
import { addQueryEvents } from './routes/queryEvents.ts';
import { addReadAggregate } from './routes/readAggregate.ts';
import { addReadReceipt } from './routes/readReceipt.ts';
import { SHARED_SCHEMAS } from './schemas.ts';
import { addShutdown } from './shutdown.ts';
import { errorOfFaults, readDigits } from './validation.ts';

/** The path of an id of 1,600 bytes, percent-encoded, and far more: the store says what an id may be. */
const PARAM_LENGTH_MAX = 16_384;
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * The service over HTTP, ready to be listened with (see `listen`) or to be called by `inject`.
 *
 * Every error is answered as a problem (RFC 9457). `close()` takes no new requests, finishes the appends that were
 * accepted, ends feeds, and resolves; it leaves the store open.
 */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const context: ApiContext = { ...settingsOf(options), lifecycle: new Lifecycle() };
  const api = createServer(context);
  api.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURE_HEADERS);
    refuseForeign(request);
    refuseMalformedQuery(request);
  });
  addShutdown(api, context);
  addParsing(api);
  await addDocumentation(api);
  addRoutes(api, context);
  return api;
}

function createServer(context: ApiContext): FastifyInstance {
  const problem = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    replyWithProblem(error, request, reply, context);
  const owed = new OwedAnswers();
  const api = fastify({
    // Our own guard answers instead, with a problem.
    http: { requireHostHeader: false },
    bodyLimit: context.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Our own hook answers instead, with a problem.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, validateFormats: false } },
    frameworkErrors: (error, request, reply) => problem(error, request, reply),
    clientErrorHandler: (error, socket) => void refuseConnection(error, socket, owed),
  });
  owed.watch(api.server);
  ignoreExpectations(api.server);
  api.setErrorHandler((error, request, reply) => problem(error, request, reply));
  api.setNotFoundHandler(async (request) => {
    throw new HttpError('ROUTE_NOT_FOUND', `There is no ${request.method} ${request.url.split('?')[0]}`);
  });
  return api;
}

/** A server may ignore what it does not know (RFC 9110, 10.1.1); Node would answer without a problem. */
function ignoreExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

function addParsing(api: FastifyInstance): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    readJsonBody(request, body),
  );
  api.addHook('preValidation', async (request) => readDigits(request));
  api.setSchemaErrorFormatter(errorOfFaults);
  // The schemas of answers describe them. A serializer made from them could leave out what it does not know.
  api.setSerializerCompiler(() => (value) => JSON.stringify(value));
}

async function addDocumentation(api: FastifyInstance): Promise<void> {
  for (const schema of SHARED_SCHEMAS) api.addSchema(schema);
  await api.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Nexus', description: 'A governed event store over HTTP', version: '0.1.0' },
    },
    refResolver: { buildLocalReference: (schema, _base, _fragment, index) => String(schema.$id ?? `def-${index}`) },
  });
}

function addRoutes(api: FastifyInstance, context: ApiContext): void {
  const methods = collectMethods(api);
  addAppendEvents(api, context);
  addQueryEvents(api, context);
  addReadAggregate(api, context);
  addReadReceipt(api, context);
  addFollowFeed(api, context);
  addHealth(api, context);
  addOpenApiDocument(api);
  refuseOtherMethods(api, methods);
}
