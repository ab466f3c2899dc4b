import { escapeSegment } from '../../../json/pointer.ts';
import type { JsonValue } from '../../../types/json.ts';
import type { Comparison } from '../Comparison.ts';
import { atReader, type Findings, merge, NOTHING_FOUND, quoted } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import { isObject, type SchemaNode } from '../SchemaNode.ts';
import { can, OBJECT } from '../typeMask.ts';

/** `dependentRequired`, `dependentSchemas`, and `dependencies`, which is both. */
export function compareDependencies(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  if (!can(premise, OBJECT)) return NOTHING_FOUND;
  return merge([
    ...lists(reader, 'dependentRequired').map((list) => compareList(comparison, premise, reader, list)),
    ...lists(reader, 'dependencies').map((list) => compareList(comparison, premise, reader, list)),
    ...compareSchemas(comparison, premise, reader, 'dependentSchemas'),
    ...compareSchemas(comparison, premise, reader, 'dependencies'),
  ]);
}

interface NameList {
  readonly keyword: string;
  readonly name: string;
  readonly required: readonly string[];
}

function lists(node: SchemaNode, keyword: string): readonly NameList[] {
  const value = node.keywords[keyword];
  const entries: readonly (readonly [string, JsonValue])[] = isObject(value) ? Object.entries(value) : [];
  return entries
    .filter(([, required]) => Array.isArray(required))
    .map(([name, required]) => ({ keyword, name, required: required as readonly string[] }));
}

function compareList(comparison: Comparison, premise: Premise, reader: SchemaNode, list: NameList): Findings {
  const { keyword, name, required } = list;
  const having = premiseHaving(comparison, premise, name);
  const missing = required.filter((one) => !having.required.has(one));
  if (missing.length === 0 || comparison.isImpossible(having)) return NOTHING_FOUND;
  const text = `{reader} requires ${quoted(missing[0] as string)} beside ${quoted(name)}, and {writer} does not`;
  return [atReader(kindOfList(premise, list), reader, `${keyword}/${escapeSegment(name)}`, text)];
}

function kindOfList(premise: Premise, { name, required }: NameList): string {
  const all = premise.nodes.flatMap((node) => [...lists(node, 'dependentRequired'), ...lists(node, 'dependencies')]);
  const known = all.filter((list) => list.name === name).flatMap((list) => list.required);
  if (known.length === 0) return 'DEPENDENCY_ARRAY_ADDED';
  return known.every((one) => required.includes(one)) ? 'DEPENDENCY_ARRAY_EXTENDED' : 'DEPENDENCY_ARRAY_CHANGED';
}

function compareSchemas(
  comparison: Comparison,
  premise: Premise,
  reader: SchemaNode,
  keyword: string,
): readonly Findings[] {
  return [...reader.map(keyword)].map(([name, schema]) => {
    const found = comparison.covers(premiseHaving(comparison, premise, name), schema);
    const isKnown = premise.nodes.some(
      (node) => node.map('dependentSchemas').has(name) || node.map('dependencies').has(name),
    );
    if (found.length === 0 || isKnown) return found;
    const text = `{reader} asks more of objects that have ${quoted(name)} than {writer} does`;
    return [atReader('DEPENDENCY_SCHEMA_ADDED', schema, '', text)];
  });
}

/** What is known of the objects that have a property. */
function premiseHaving(comparison: Comparison, premise: Premise, name: string): Premise {
  const having = comparison.synthetic({ type: 'object', required: [name] });
  return comparison.intern(comparison.build(premise).matches([having]));
}
