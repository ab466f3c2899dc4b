import { InvalidArgumentError, InvalidEventError, type NexusError } from '@nexus/shared';
import type { FastifyError, FastifyRequest } from 'fastify';

/** What of ajv's faults is used. */
type Fault = NonNullable<FastifyError['validation']>[number];

/**
 * What a route's schema found wrong, as the error that the store would have thrown for it. Validation ends at the first
 * fault, so that a large body of nonsense costs no more than a small one.
 *
 * @param part - `body`, `querystring` or `params`
 */
export function errorOfFaults(faults: readonly Fault[], part: string): NexusError {
  const [fault] = faults;
  if (fault === undefined) return new InvalidArgumentError(part, 'is not valid');
  const pointer = pointerOf(fault);
  const [, index, field] = /^\/events\/(\d+)(.*)$/s.exec(pointer) ?? [];
  if (part === 'body' && index !== undefined) return invalidEvent(Number(index), field ?? '', fault);
  const name = pointer === '' ? part : pointer.slice(1);
  return new InvalidArgumentError(name, ruleOf(fault, part));
}

function invalidEvent(eventIndex: number, pointer: string, fault: Fault): InvalidEventError {
  const subject = pointer === '' ? 'event' : pointer;
  const message = `${subject} ${ruleOf(fault, 'event')} (event ${eventIndex})`;
  return new InvalidEventError([{ eventIndex, pointer, keyword: fault.keyword, message }]);
}

/** RFC 6901. Names the property itself where ajv names the object that lacks it, or that should not have it. */
function pointerOf({ instancePath, params }: Fault): string {
  const { missingProperty, additionalProperty } = params;
  const name = missingProperty ?? additionalProperty;
  if (typeof name !== 'string') return instancePath;
  return `${instancePath}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function ruleOf({ keyword, params, message }: Fault, part: string): string {
  switch (keyword) {
    case 'required':
      return 'is required; add it';
    case 'additionalProperties':
      return part === 'event'
        ? 'is no field of an event; put it into payload or metadata'
        : 'is unknown here; leave it out';
    case 'minLength':
    case 'minItems':
      return 'must not be empty';
    case 'type':
      return params.type === 'integer' && part !== 'event' ? 'must be an integer, in digits only' : `${message}`;
    default:
      return message ?? `breaks the rule ${keyword}`;
  }
}

/**
 * Replaces digits in the path and the query string by the integers that the route's schema asks for. Everything else,
 * such as `1e3`, ` 1` or a repeated parameter, is left for the schema to refuse.
 */
export function readDigits(request: FastifyRequest): void {
  const schema = request.routeOptions.schema;
  replaceDigits(schema?.querystring, request.query);
  replaceDigits(schema?.params, request.params);
}

function replaceDigits(schema: unknown, values: unknown): void {
  const { properties = {} } = (schema ?? {}) as { properties?: Record<string, { type?: string }> };
  const given = values as Record<string, unknown>;
  for (const [name, { type }] of Object.entries(properties)) {
    const value = given[name];
    if (type !== 'integer' || typeof value !== 'string' || !/^(?:0|[1-9]\d{0,15})$/.test(value)) continue;
    if (Number.isSafeInteger(Number(value))) given[name] = Number(value);
  }
}
