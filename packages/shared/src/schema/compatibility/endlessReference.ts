import { LIST_KEYWORDS, MAP_KEYWORDS, SCHEMA_KEYWORDS } from './keywords.ts';
import type { SchemaDocument } from './SchemaDocument.ts';
import type { SchemaNode } from './SchemaNode.ts';

/** Longer chains of references count as endless: each link takes a level of the stack. */
const CHAIN_MAX = 250;

/**
 * A place from which a schema leads back to itself without going deeper into the data. The validator never ends there,
 * so that such a schema says nothing.
 */
export function endlessReference(document: SchemaDocument): SchemaNode | undefined {
  if (!document.hasReferences) return undefined;
  const settled = new Set<SchemaNode>();
  return reachable(document.root).find((node) => leadsBack(node, new Set(), settled));
}

function leadsBack(node: SchemaNode, open: Set<SchemaNode>, settled: Set<SchemaNode>): boolean {
  if (open.has(node) || open.size > CHAIN_MAX) return true;
  if (settled.has(node)) return false;
  open.add(node);
  const isEndless = besides(node).some((other) => leadsBack(other, open, settled));
  open.delete(node);
  settled.add(node);
  return isEndless;
}

/** The schemas that judge the same data as this one does. */
function besides(node: SchemaNode): readonly SchemaNode[] {
  const single = ['not', 'if', 'then', 'else'].map((keyword) => node.one(keyword));
  const maps = ['dependentSchemas', 'dependencies'].flatMap((keyword) => [...node.map(keyword).values()]);
  const lists = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => node.list(keyword));
  return [...single, target(node), ...maps, ...lists].filter((one) => one !== undefined);
}

function reachable(root: SchemaNode): readonly SchemaNode[] {
  const found = new Set([root]);
  // A set visits what is added while it is walked.
  for (const node of found) for (const one of children(node)) found.add(one);
  return [...found];
}

function children(node: SchemaNode): readonly SchemaNode[] {
  const found = [target(node)];
  for (const keyword of Object.keys(node.keywords)) {
    if (MAP_KEYWORDS.has(keyword)) found.push(...node.map(keyword).values());
    else if (LIST_KEYWORDS.has(keyword)) found.push(...node.list(keyword));
    else if (SCHEMA_KEYWORDS.has(keyword)) found.push(node.one(keyword), ...node.list(keyword));
  }
  return found.filter((one) => one !== undefined);
}

function target({ keywords, document }: SchemaNode): SchemaNode | undefined {
  return typeof keywords.$ref === 'string' ? document.resolve(keywords.$ref) : undefined;
}
