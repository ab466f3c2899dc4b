import type { ErrorObject } from 'ajv';
import { escapeSegment } from '../governance/jsonRules.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';
import type { Violation } from '../types/Violation.ts';
import { isPersonal } from './personalData.ts';

const FOUND_LENGTH_MAX = 60;
const VIOLATIONS_MAX = 100;

/** Ajv's faults as violations: where, which rule, what was expected and found. The first 100. */
export function violationsOf(
  faults: readonly ErrorObject[],
  event: DomainEvent,
  eventIndex: number,
  schema: JsonObject,
): Violation[] {
  return faults.slice(0, VIOLATIONS_MAX).map((fault) => {
    const pointer = `/payload${fault.instancePath}${missingOrExtra(fault)}`;
    const found = foundOf(fault, schema);
    const message = `${pointer} ${ruleOf(fault)}${found === undefined ? '' : `, found ${found}`}`;
    const expected = expectedOf(fault);
    return {
      eventIndex,
      eventId: event.eventId,
      pointer,
      keyword: fault.keyword,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      message,
    };
  });
}

/** The property that the fault is about, where ajv names the object around it. */
function missingOrExtra({ params }: ErrorObject): string {
  const name = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty;
  return typeof name === 'string' ? `/${escapeSegment(name)}` : '';
}

function ruleOf(fault: ErrorObject): string {
  switch (fault.keyword) {
    case 'required':
    case 'dependentRequired':
      return 'is required; add it';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not in the schema; leave it out';
    case 'enum':
      return `must be one of ${shorten(JSON.stringify(fault.params.allowedValues))}`;
    case 'const':
      return `must be ${shorten(JSON.stringify(fault.params.allowedValue))}`;
    default:
      return fault.message ?? `breaks the rule ${fault.keyword}`;
  }
}

function expectedOf({ schema }: ErrorObject): JsonValue | undefined {
  const isScalar = ['string', 'number', 'boolean'].includes(typeof schema);
  if (isScalar || Array.isArray(schema)) return schema as JsonValue;
  return undefined;
}

/** Absent where the fault is about a property that is not there; never the value of a personal field. */
function foundOf(fault: ErrorObject, schema: JsonObject): string | undefined {
  if (missingOrExtra(fault) !== '') return undefined;
  const segments = fault.instancePath.split('/').slice(1).map(unescapeSegment);
  if (isPersonal(schema, segments)) return 'a value that the schema marks as personal';
  return describe(fault.data as JsonValue);
}

function describe(data: JsonValue): string {
  if (Array.isArray(data)) return `an array of ${data.length} items`;
  if (typeof data === 'object' && data !== null) return 'an object';
  return shorten(JSON.stringify(data));
}

function shorten(text: string): string {
  return text.length <= FOUND_LENGTH_MAX ? text : `${text.slice(0, FOUND_LENGTH_MAX)}…`;
}

function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
