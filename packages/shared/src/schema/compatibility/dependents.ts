import type { JsonObject } from '../../types/json.ts';
import type { Comparison } from './Comparison.ts';
import type { SchemaNode } from './SchemaNode.ts';

const KEYWORDS = ['dependencies', 'dependentRequired', 'dependentSchemas'];

/** Whether a schema asks more of objects that have a certain property. */
export function hasDependents({ keywords }: SchemaNode): boolean {
  return KEYWORDS.some((keyword) => keywords[keyword] !== undefined);
}

/** What a schema asks in addition of an object that has this property. */
export function dependents(comparison: Comparison, node: SchemaNode, name: string): readonly SchemaNode[] {
  const schemas = KEYWORDS.map((keyword) => node.map(keyword).get(name)).filter((schema) => schema !== undefined);
  const required = namesAsked(node, name);
  return required.length === 0 ? schemas : [...schemas, comparison.synthetic({ required })];
}

function namesAsked(node: SchemaNode, name: string): readonly string[] {
  return KEYWORDS.flatMap((keyword) => {
    const lists = node.keywords[keyword] as JsonObject | undefined;
    const names = lists !== undefined && Object.hasOwn(lists, name) ? lists[name] : undefined;
    return Array.isArray(names) ? (names as readonly string[]) : [];
  });
}
