import fc from 'fast-check';
import { brokenBodiesOf } from './brokenBodies.ts';
import { BROKEN_HEADERS, BROKEN_SEGMENTS, brokenQueriesOf } from './brokenParts.ts';
import type { FuzzRequest } from './FuzzRequest.ts';
import {
  type DocumentNode,
  type OpenApiDocument,
  type Operation,
  type Parameter,
  resolved,
} from './openApiDocument.ts';
import { JSON_OBJECTS, valuesOf } from './schemaValues.ts';

/** A request in parts, each of which is valid or broken. */
interface Parts {
  readonly method: string;
  readonly segments: readonly string[];
  readonly query: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const PARTS = ['method', 'segments', 'query', 'headers', 'body'] as const;

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'QUERY',
  'M-SEARCH',
];

/** Few, so that requests meet what others stored. */
const IDS = fc.constantFrom('order-1', 'order-2', 'order 3', 'a/b', '€', '%2F', 'constructor', '__proto__', '~', '?#');

/** Requests of every operation of the document: valid, with one part broken, and wild. */
export function requestsOf(document: OpenApiDocument): fc.Arbitrary<FuzzRequest> {
  const all = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      weight: weightOf(operation),
      arbitrary: requestsOfOne(document, path, method, operation),
    })),
  );
  return fc.oneof(...all);
}

/** What stores, and what takes parameters, can go wrong in more ways. */
function weightOf({ requestBody, parameters = [] }: Operation): number {
  if (requestBody !== undefined) return 14;
  return parameters.length === 0 ? 1 : 4;
}

function requestsOfOne(document: OpenApiDocument, path: string, method: string, operation: Operation) {
  const parameters = (operation.parameters ?? []) as readonly Parameter[];
  const schema = operation.requestBody?.content['application/json']?.schema;
  const texts =
    schema === undefined ? undefined : textsOf(resolved(schema, document.components.schemas) as DocumentNode);
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const query = queriesOf(parameters.filter((parameter) => parameter.in === 'query'));
  const headers: Record<string, string> = texts === undefined ? {} : { 'content-type': 'application/json' };
  const valid: fc.Arbitrary<Parts> = fc.record({
    method: fc.constant(method.toUpperCase()),
    segments: fc.tuple(...names.map((name) => segmentsOf(name, parameters))),
    query,
    headers: fc.constant({ host: 'localhost', ...headers }),
    body: texts === undefined ? fc.constant(undefined) : texts.map((text) => Buffer.from(text)),
  });
  const broken: fc.Arbitrary<Parts> = fc.record({
    method: fc.constantFrom(...METHODS),
    segments: fc.tuple(...names.map(() => BROKEN_SEGMENTS)),
    query: brokenQueriesOf(
      query,
      parameters.map(({ name }) => name),
    ),
    headers: BROKEN_HEADERS.map((changed) => ({ host: 'localhost', ...headers, ...changed })),
    body: brokenBodiesOf(texts ?? fc.json()),
  });
  const chosen = fc.oneof(
    fc.constant([]),
    fc.constantFrom(...PARTS, 'body' as const, 'body' as const).map((part) => [part]),
    fc.subarray([...PARTS]),
  );
  return fc.tuple(valid, broken, chosen).map(([good, bad, which]) => assemble(path, mixed(good, bad, which)));
}

function mixed(good: Parts, bad: Parts, which: readonly (typeof PARTS)[number][]): Parts {
  return { ...good, ...Object.fromEntries(which.map((part) => [part, bad[part]])) };
}

function assemble(path: string, { method, segments, query, headers, body }: Parts): FuzzRequest {
  let at = 0;
  const filled = path.replaceAll(/\{\w+\}/g, () => segments[at++] ?? '');
  const url = query.length === 0 ? filled : `${filled}?${query.join('&')}`;
  return { path, method, url, headers, ...(body === undefined ? {} : { body }) };
}

function segmentsOf(name: string, parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const parameter = parameters.find((one) => one.in === 'path' && one.name === name);
  const documented = valuesOf(parameter?.schema ?? {}).map((value) => encodeURIComponent(String(value)));
  return name === 'id' ? fc.oneof(IDS.map(encodeURIComponent), documented) : documented;
}

function queriesOf(parameters: readonly Parameter[]): fc.Arbitrary<readonly string[]> {
  const parts = parameters.map(({ name, schema, required = false }) => {
    const values = name === 'eventType' ? fc.oneof(fc.constant('OrderPlaced'), valuesOf(schema)) : valuesOf(schema);
    const part = values.map((value) => `${name}=${encodeURIComponent(String(value))}`);
    return required ? part : fc.option(part, { nil: undefined, freq: 1 });
  });
  return fc.tuple(...parts).map((all) => all.filter((part) => part !== undefined));
}

/** Appends that match their schema, of which most also keep the rules that it cannot say. */
function textsOf(schema: DocumentNode): fc.Arbitrary<string> {
  const likely = fc.record({
    aggregateId: fc.oneof({ weight: 2, arbitrary: IDS }, { weight: 3, arbitrary: fc.uuid() }),
    aggregateVersion: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(4) }),
    eventId: fc.uuid(),
    eventType: fc.constant('OrderPlaced'),
    payload: fc.record({
      total: fc.oneof({ weight: 4, arbitrary: fc.nat(1_000) }, { weight: 1, arbitrary: fc.jsonValue() }),
    }),
    metadata: fc.oneof(fc.constant({}), JSON_OBJECTS),
  });
  const one = fc.tuple(valuesOf(schema), likely).map(([body, fields]) => {
    const { events } = body as { events: readonly object[] };
    return { events: [{ ...events[0], ...fields }, ...events.slice(2)] };
  });
  return fc
    .oneof({ weight: 3, arbitrary: one }, { weight: 1, arbitrary: valuesOf(schema) })
    .map((body) => JSON.stringify(body));
}
