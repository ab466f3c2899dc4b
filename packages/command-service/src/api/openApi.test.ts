import { InMemoryEventStore } from '@nexus/adapters/embedded';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { documentOf, type OpenApiDocument, operationsOf, resolved } from './testing/openApiDocument.ts';
import { apiOn, appendMany, eventOf, post } from './testing/serving.ts';

const ROUTES = [
  'get /api/aggregates/{id}/events',
  'get /api/aggregates/{id}/receipts/{version}',
  'get /api/events',
  'get /api/feed',
  'get /health/live',
  'get /health/ready',
  'get /openapi.json',
  'post /api/events',
];

/** Whether a value matches a schema of the document. */
function matches(api: FastifyInstance, { components }: OpenApiDocument, schema: unknown, value: unknown): boolean {
  const validate = api.validatorCompiler?.({ schema: resolved(schema, components.schemas), method: '', url: '' });
  return validate?.(value) === true;
}

it('is an OpenAPI 3.1 document with every route, each with an id of its own', async () => {
  const document = await documentOf(await apiOn(new InMemoryEventStore()));

  const operations = operationsOf(document);

  expect(document.openapi).toBe('3.1.0');
  expect(document.info).toMatchObject({ title: 'Nexus', version: expect.any(String) });
  expect(operations.map(([route]) => route).sort()).toEqual(ROUTES);
  expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(ROUTES.length);
});

it('declares every parameter of a path, and describes every answer', async () => {
  const document = await documentOf(await apiOn(new InMemoryEventStore()));

  for (const [route, { parameters = [], responses }] of operationsOf(document)) {
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    expect(inPath.sort()).toEqual([...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
    for (const { description } of Object.values(responses)) expect(description).not.toBe('');
  }
});

it('refers to schemas that it holds', async () => {
  const document = await documentOf(await apiOn(new InMemoryEventStore()));

  expect(Object.keys(document.components.schemas).sort()).toEqual(['Event', 'Problem', 'Receipt', 'RecordedEvent']);
  expect(() => resolved(document.paths, document.components.schemas)).not.toThrow();
});

describe('the schema of an append', () => {
  it.each([
    ['a valid append', { events: [eventOf('order-1', 1)] }],
    ['no events', { events: [] }],
    ['an unknown field', { events: [{ ...eventOf('order-1', 1), colour: 'red' }] }],
    ['an unknown field beside the events', { events: [eventOf('order-1', 1)], mode: 1 }],
    ['a missing field', { events: [{ ...eventOf('order-1', 1), payload: undefined }] }],
    ['a version in digits', { events: [{ ...eventOf('order-1', 1), aggregateVersion: '1' }] }],
    ['what a store recorded', { events: [{ ...eventOf('order-1', 1), recorded: {} }] }],
    ['an array', []],
  ])('says of %s what the service says', async (_case, body) => {
    const api = await apiOn(new InMemoryEventStore());
    const document = await documentOf(api);
    const schema = document.paths['/api/events']?.post?.requestBody?.content['application/json']?.schema;

    const documented = matches(api, document, schema, JSON.parse(JSON.stringify(body)));
    const answer = await post(api, body);

    expect(schema).toBeDefined();
    expect(documented).toBe(answer.statusCode === 201);
  });
});

it('has the parameters that the service takes, with their bounds', async () => {
  const document = await documentOf(await apiOn(new InMemoryEventStore()));

  const query = document.paths['/api/events']?.get?.parameters ?? [];

  expect(query.map(({ name }) => name).sort()).toEqual([
    'cursor',
    'endTime',
    'eventType',
    'limit',
    'startTime',
    'upcast',
  ]);
  expect(query.find(({ name }) => name === 'limit')?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 10_000 });
});

describe('an answer', () => {
  const range = 'startTime=2026-01-01T00:00:00.000Z&endTime=2026-02-01T00:00:00.000Z';

  it.each([
    ['/api/aggregates/{id}/events', '/api/aggregates/order-1/events'],
    ['/api/aggregates/{id}/events', '/api/aggregates/order-1/events?fromVersion=0'],
    ['/api/aggregates/{id}/receipts/{version}', '/api/aggregates/order-1/receipts/1'],
    ['/api/aggregates/{id}/receipts/{version}', '/api/aggregates/order-1/receipts/9'],
    ['/api/events', `/api/events?eventType=OrderPlaced&limit=1&${range}`],
    ['/api/events', '/api/events?eventType=OrderPlaced'],
    ['/api/feed', '/api/feed?from=none'],
    ['/health/live', '/health/live'],
    ['/health/ready', '/health/ready'],
  ])('of %s matches its schema: %s', async (path, url) => {
    const store = new InMemoryEventStore();
    await appendMany(store, 'order-1', 2);
    const api = await apiOn(store);
    const document = await documentOf(api);

    const answer = await api.inject(url);

    const responses = document.paths[path]?.get?.responses ?? {};
    const type = String(answer.headers['content-type']).split(';')[0] ?? '';
    const schema = (responses[answer.statusCode] ?? responses.default)?.content[type]?.schema;
    expect(schema).toBeDefined();
    expect(matches(api, document, schema, answer.json())).toBe(true);
  });

  it.each([201, 200])('%d of an append matches its schema', async (status) => {
    const api = await apiOn(new InMemoryEventStore());
    const document = await documentOf(api);
    if (status === 200) await post(api, { events: [eventOf('order-1', 1)] });

    const answer = await post(api, { events: [eventOf('order-1', 1)] });

    const schema = document.paths['/api/events']?.post?.responses[status]?.content['application/json']?.schema;
    expect(answer.statusCode).toBe(status);
    expect(matches(api, document, schema, answer.json())).toBe(true);
  });
});
