import type { Comparison } from '../Comparison.ts';
import {
  asked,
  type ContentModel,
  listedNames,
  modelsOfReader,
  modelsOfWriter,
  otherPremise,
  propertyPremise,
} from '../contentModels.ts';
import { atReader, atWriter, type Finding, type Findings, merge, NOTHING_FOUND, quoted } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { can, OBJECT } from '../typeMask.ts';
import { comparePropertyNames } from './comparePropertyNames.ts';
import { fillsWithin } from './fills.ts';

/** The schemas of properties: `properties`, `patternProperties`, `additionalProperties`, `unevaluatedProperties`. */
export function compareProperties(
  comparison: Comparison,
  premise: Premise,
  reader: SchemaNode,
  fills: boolean,
): Findings {
  if (!can(premise, OBJECT)) return NOTHING_FOUND;
  const within = fills && fillsWithin(reader);
  const models = modelsOfReader(comparison, reader);
  return merge([
    ...models.flatMap((model) => compareModel({ comparison, premise, model, fills: within })),
    comparePropertyNames(comparison, premise, reader),
  ]);
}

/** One content model of the reader, and what it is compared with. */
interface Pair {
  readonly comparison: Comparison;
  readonly premise: Premise;
  readonly model: ContentModel;
  readonly fills: boolean;
}

function compareModel(pair: Pair): readonly Findings[] {
  const { comparison, premise, model } = pair;
  const names = new Set([...model.names.keys(), ...listedNames(comparison, premise)]);
  const named = [...names].map((name) => compareName(pair, name));
  return [
    ...named,
    ...[...model.patterns].map(([pattern, schema]) => comparePattern(pair, pattern, schema)),
    compareRest(pair),
  ];
}

function compareName(pair: Pair, name: string): Findings {
  const { comparison, premise, model, fills } = pair;
  const schemas = asked(comparison, model, name).filter((schema) => !comparison.shapes.isTrivial(schema));
  if (schemas.every((schema) => isListedAlike(pair, name, schema))) return NOTHING_FOUND;
  const known = propertyPremise(comparison, premise, name);
  const compare = (schema: SchemaNode): Findings => {
    const found = comparison.coversWithin(known, schema, fills);
    return found.length === 0 ? found : explained(pair, name, schema, known, found);
  };
  return merge(schemas.map(compare));
}

/** The usual case, which needs no closer look. */
function isListedAlike({ comparison, premise }: Pair, name: string, schema: SchemaNode): boolean {
  return modelsOfWriter(comparison, premise).some(({ names }) => {
    const listed = names.get(name);
    return listed !== undefined && comparison.shapes.areSame(listed, schema);
  });
}

/** In Confluent's terms: which of the two lists the property, and how open the other one is. */
function explained(pair: Pair, name: string, schema: SchemaNode, known: Premise, found: Findings): Findings {
  const { comparison, premise, model } = pair;
  const own = model.names.get(name);
  const isListed = listedNames(comparison, premise).has(name);
  if (own !== undefined && !isListed) return [added(own, name, known)];
  return own === undefined && isListed ? [removed(pair, name, schema)] : found;
}

function added(own: SchemaNode, name: string, known: Premise): Finding {
  if (known.isOpen) {
    const text = `{reader} gives ${quoted(name)} a schema, and {writer} allows anything under that name`;
    return atReader('PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL', own, '', text);
  }
  const text = `{reader} gives ${quoted(name)} a schema that does not cover what {writer} allows under that name`;
  return atReader('PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL', own, '', text);
}

function removed({ comparison, premise, model }: Pair, name: string, schema: SchemaNode): Finding {
  const nodes = modelsOfWriter(comparison, premise).map(
    ({ owner, names }) => owner.map('properties').get(name) ?? names.get(name),
  );
  const place = nodes.find((node) => node?.document.isGiven);
  const kind = schema.isFalse
    ? 'PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL'
    : 'PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL';
  const text = schema.isFalse
    ? `{writer} has the property ${quoted(name)}, which {reader} does not allow`
    : `{writer} has the property ${quoted(name)}, whose values {reader} does not all allow among its other properties`;
  return place === undefined ? atReader(kind, model.owner, model.keyword, text) : atWriter(kind, place, text);
}

function comparePattern({ comparison, premise, fills }: Pair, pattern: string, schema: SchemaNode): Findings {
  if (comparison.shapes.isTrivial(schema)) return NOTHING_FOUND;
  const known = otherPremise(comparison, premise, pattern, new Map());
  const found = comparison.coversWithin(known, schema, fills);
  if (found.length === 0 || !known.isOpen) return found;
  const text = `{reader} gives properties like ${quoted(pattern)} a schema, and {writer} allows anything under such names`;
  return [atReader('PATTERN_PROPERTIES_ADDED_TO_OPEN_CONTENT_MODEL', schema, '', text)];
}

function compareRest({ comparison, premise, model, fills }: Pair): Findings {
  const { rest, keyword, owner, patterns } = model;
  if (rest === undefined || comparison.shapes.isTrivial(rest)) return NOTHING_FOUND;
  const known = otherPremise(comparison, premise, undefined, patterns);
  const found = comparison.coversWithin(known, rest, fills);
  if (found.length === 0) return found;
  const prefix = keyword === 'additionalProperties' ? 'ADDITIONAL_PROPERTIES' : 'UNEVALUATED_PROPERTIES';
  if (rest.isFalse) {
    return [
      atReader(`${prefix}_REMOVED`, owner, keyword, '{reader} allows no other properties, and {writer} allows them'),
    ];
  }
  if (!known.isOpen) return found;
  const text = '{reader} gives other properties a schema, and {writer} allows any';
  return [atReader(`${prefix}_NARROWED`, owner, keyword, text)];
}
