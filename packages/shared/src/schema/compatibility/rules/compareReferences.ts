import type { Comparison } from '../Comparison.ts';
import { atReader, type Findings, merge, undecided } from '../Finding.ts';
import { isUnderstood } from '../keywords.ts';
import type { Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { fillsBeside } from './fills.ts';

/** `$ref`, `allOf`, and keywords that no rule knows. */
export function compareReferences(
  comparison: Comparison,
  premise: Premise,
  reader: SchemaNode,
  fills: boolean,
): Findings {
  const alone = fills && fillsBeside(reader);
  const parts = reader.list('allOf').map((part) => comparison.covers(premise, part, alone));
  return merge([unknownKeywords(reader), compareTarget(comparison, premise, reader, alone), ...parts]);
}

function compareTarget(comparison: Comparison, premise: Premise, reader: SchemaNode, fills: boolean): Findings {
  const { $ref } = reader.keywords;
  if (typeof $ref !== 'string') return [];
  const target = reader.document.resolve($ref);
  if (target !== undefined) return comparison.covers(premise, target, fills);
  return [
    atReader('REFERENCE_NOT_RESOLVED', reader, '$ref', 'a reference of {reader} leads where it cannot be followed'),
  ];
}

function unknownKeywords(reader: SchemaNode): Findings {
  const unknown = Object.keys(reader.keywords).find((keyword) => !isUnderstood(keyword));
  if (unknown === undefined) return [];
  return [undecided('KEYWORD_NOT_UNDERSTOOD', reader, `{reader} uses ${unknown}, whose meaning is not known`)];
}
