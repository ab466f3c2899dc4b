import type { ErrorObject } from 'ajv';
import { shortSegment, unescapeSegment } from '../json/pointer.ts';
import type { DomainEvent } from '../types/DomainEvent.ts';
import type { JsonObject, JsonValue } from '../types/json.ts';
import { VIOLATIONS_MAX, type Violation } from '../types/Violation.ts';
import { personalDepth } from './personalData.ts';

const FOUND_LENGTH_MAX = 60;

/** Ajv's faults as violations: where, which rule, what was expected and found. The first 100. */
export function violationsOf(
  faults: readonly ErrorObject[],
  event: DomainEvent,
  eventIndex: number,
  schema: JsonObject,
): Violation[] {
  return faults.slice(0, VIOLATIONS_MAX).map((fault) => {
    const segments = segmentsOf(fault);
    const depth = personalDepth(schema, segments);
    // Below a personal field even the keys are personal.
    const pointer = ['/payload', ...segments.slice(0, depth).map(shortSegment)].join('/');
    const found = foundOf(fault, depth !== undefined);
    const isWithin = depth !== undefined && depth < segments.length;
    const rule = isWithin ? `breaks the rule ${fault.keyword} somewhere within` : subjectOf(fault) + ruleOf(fault);
    const message = `${pointer} ${rule}${found === undefined ? '' : `, found ${found}`}`;
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

/** The place that the fault is about, in the payload. */
function segmentsOf(fault: ErrorObject): string[] {
  const around = fault.instancePath.split('/').slice(1).map(unescapeSegment);
  const name = missingOrExtra(fault);
  return name === undefined ? around : [...around, name];
}

/** The property that the fault is about, where ajv names the object around it. */
function missingOrExtra({ params }: ErrorObject): string | undefined {
  const name: unknown = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty;
  return typeof name === 'string' ? name : undefined;
}

/** Ajv says of the name of a property what it says of a value, and the name may be personal. */
function subjectOf({ propertyName }: ErrorObject): string {
  return propertyName === undefined ? '' : 'has a property whose name ';
}

function ruleOf(fault: ErrorObject): string {
  switch (fault.keyword) {
    case 'required':
    case 'dependentRequired':
    case 'dependencies':
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

/** Absent where the fault is about a property itself, or its name; never the value of a personal field. */
function foundOf(fault: ErrorObject, isPersonal: boolean): string | undefined {
  if (missingOrExtra(fault) !== undefined || fault.propertyName !== undefined) return undefined;
  return isPersonal ? 'a value that the schema marks as personal' : describe(fault.data as JsonValue);
}

function describe(data: JsonValue): string {
  if (Array.isArray(data)) return `an array of ${data.length} items`;
  if (typeof data === 'object' && data !== null) return 'an object';
  return shorten(JSON.stringify(data));
}

function shorten(text: string): string {
  return text.length <= FOUND_LENGTH_MAX ? text : `${text.slice(0, FOUND_LENGTH_MAX)}…`;
}
