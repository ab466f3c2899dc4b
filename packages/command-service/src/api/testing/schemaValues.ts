import fc from 'fast-check';
import type { DocumentNode } from './openApiDocument.ts';

const EARLIEST = new Date('2000-01-01T00:00:00.000Z');
const LATEST = new Date('2026-01-31T00:00:00.000Z');
const LENGTH_MAX = 40;
const INTEGER_MAX = 3;

/** A time as events carry it, which is never in the future. */
const TIMES: fc.Arbitrary<string> = fc
  .date({ min: EARLIEST, max: LATEST, noInvalidDate: true })
  .map((date) => date.toISOString());

/** JSON objects, of which some have members named like what every object inherits. */
export const JSON_OBJECTS: fc.Arbitrary<object> = fc.dictionary(
  fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('constructor', 'toString', 'hasOwnProperty')),
  fc.jsonValue({ maxDepth: 3 }),
  { maxKeys: 4 },
);

/** Values that match a schema of the document; of what has no bound, small ones. */
export function valuesOf(schema: DocumentNode): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return schema.format === 'date-time' ? TIMES : stringsOf(schema);
    case 'integer':
      return integersOf(schema);
    case 'array':
      return fc.array(valuesOf(schema.items as DocumentNode), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: 3,
      });
    default:
      return objectsOf(schema);
  }
}

function stringsOf({ minLength = 0, maxLength = LENGTH_MAX }: DocumentNode): fc.Arbitrary<string> {
  const size = { minLength: Number(minLength), maxLength: Math.min(Number(maxLength), LENGTH_MAX) };
  return fc.oneof(fc.string(size), fc.string({ ...size, unit: 'grapheme-composite' }));
}

function integersOf({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: DocumentNode): fc.Arbitrary<number> {
  const bounds = { min: Number(minimum), max: Number(maximum) };
  return fc.oneof(
    { weight: 4, arbitrary: fc.integer({ ...bounds, max: Math.min(bounds.max, INTEGER_MAX) }) },
    { weight: 1, arbitrary: fc.maxSafeInteger().filter((value) => value >= bounds.min && value <= bounds.max) },
  );
}

function objectsOf({ properties, required = [] }: DocumentNode): fc.Arbitrary<unknown> {
  if (properties === undefined) return JSON_OBJECTS;
  const members = Object.entries(properties as Record<string, DocumentNode>);
  const values = Object.fromEntries(members.map(([name, member]) => [name, valuesOf(member)]));
  return fc.record(values, { requiredKeys: required as string[] });
}
