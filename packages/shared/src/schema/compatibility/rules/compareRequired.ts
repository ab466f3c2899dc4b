import type { JsonValue } from '../../../types/json.ts';
import type { Comparison } from '../Comparison.ts';
import { isClosed, listedNames, modelsOfWriter } from '../contentModels.ts';
import { atReader, type Finding, type Findings, quoted } from '../Finding.ts';
import { type Premise, requiredBy } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { can, OBJECT } from '../typeMask.ts';
import { fillsWithin } from './fills.ts';

/** `required`. */
export function compareRequired(
  comparison: Comparison,
  premise: Premise,
  reader: SchemaNode,
  fills: boolean,
): Findings {
  if (!can(premise, OBJECT)) return [];
  const names = requiredBy(reader);
  const missing = names
    .map((name, index) => ({ name, index }))
    .filter(({ name }) => !premise.required.has(name))
    .filter(({ name }) => !(fills && fillsIn(comparison, reader, name)));
  return missing.map(({ name, index }) => missingName(comparison, premise, reader, name, index));
}

/**
 * As with Confluent, a reader fills in a missing property by its `default`: where the default is valid, and nothing
 * else that the schema says could judge the object otherwise then.
 */
function fillsIn(comparison: Comparison, reader: SchemaNode, name: string): boolean {
  const property = reader.map('properties').get(name);
  if (property?.keywords.default === undefined || !fillsWithin(reader)) return false;
  const value = property.keywords.default as JsonValue;
  return comparison.coversWithin(comparison.premise([comparison.literal(value)]), property).length === 0;
}

function missingName(
  comparison: Comparison,
  premise: Premise,
  reader: SchemaNode,
  name: string,
  index: number,
): Finding {
  const isNew = !listedNames(comparison, premise).has(name) && isUnopen(comparison, premise);
  const kind = isNew ? 'REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL' : 'REQUIRED_ATTRIBUTE_ADDED';
  const text = `{reader} requires ${quoted(name)}, which data of {writer} may lack`;
  return atReader(kind, reader, `required/${index}`, text);
}

function isUnopen(comparison: Comparison, premise: Premise): boolean {
  const isPartial = ({ patterns, rest }: { patterns: ReadonlyMap<string, unknown>; rest: unknown }): boolean =>
    patterns.size > 0 || rest !== undefined;
  return isClosed(comparison, premise) || modelsOfWriter(comparison, premise).some(isPartial);
}
