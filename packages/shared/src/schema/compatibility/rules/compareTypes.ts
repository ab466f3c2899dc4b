import type { Comparison } from '../Comparison.ts';
import { atReader, type Findings } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { allowedTypes, possibleTypes } from '../typeMask.ts';

/** `type`, and `nullable` beside it. */
export function compareTypes(_comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const allowed = allowedTypes(reader);
  const possible = possibleTypes(premise);
  if ((possible & ~allowed) === 0) return [];
  const type = JSON.stringify(reader.keywords.type);
  if ((possible & allowed) === 0) {
    return [atReader('TYPE_CHANGED', reader, 'type', `{reader} allows only ${type}, and {writer} only other types`)];
  }
  return [atReader('TYPE_NARROWED', reader, 'type', `{reader} allows only ${type}, and {writer} other types too`)];
}
