import { isAnnotation } from '../keywords.ts';
import type { SchemaNode } from '../SchemaNode.ts';

/** Keywords that might judge an object otherwise once a missing property is filled in. */
const DISTURBED = [
  '$ref',
  'allOf',
  'anyOf',
  'const',
  'contains',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'enum',
  'if',
  'maxProperties',
  'not',
  'oneOf',
  'patternProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
  'uniqueItems',
];

/** Whether filling in properties within this schema cannot break what else it says. */
export function fillsWithin({ keywords }: SchemaNode): boolean {
  return DISTURBED.every((keyword) => keywords[keyword] === undefined);
}

/** Whether the schema is nothing but one reference, so that what it leads to may be filled in. */
export function fillsBeside(node: SchemaNode): boolean {
  const keywords = Object.keys(node.keywords).filter((keyword) => !isAnnotation(keyword));
  return keywords.length === 1 && (keywords[0] === '$ref' || node.list('allOf').length === 1);
}
