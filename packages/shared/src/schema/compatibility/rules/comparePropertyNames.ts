import type { Comparison } from '../Comparison.ts';
import { isClosed, listedNames } from '../contentModels.ts';
import { atReader, type Findings, NOTHING_FOUND } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import type { SchemaNode } from '../SchemaNode.ts';

/** `propertyNames`. */
export function comparePropertyNames(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const asked = reader.one('propertyNames');
  if (asked === undefined || comparison.shapes.isTrivial(asked)) return NOTHING_FOUND;
  const known = premise.nodes.map((node) => node.one('propertyNames')).filter((node) => node !== undefined);
  const names = comparison.premise([comparison.synthetic({ type: 'string' }), ...known]);
  const found = comparison.coversWithin(names, asked);
  if (found.length === 0 || everyListed(comparison, premise, asked)) return NOTHING_FOUND;
  if (known.length > 0) return found;
  const text = '{reader} restricts the names of properties, and {writer} allows others';
  return [atReader('PROPERTY_NAMES_ADDED', reader, 'propertyNames', text)];
}

/** Whether there are no names but those that are listed, and each of them is allowed. */
function everyListed(comparison: Comparison, premise: Premise, asked: SchemaNode): boolean {
  if (!isClosed(comparison, premise)) return false;
  const fits = (name: string): boolean =>
    comparison.coversWithin(comparison.premise([comparison.literal(name)]), asked).length === 0;
  return [...listedNames(comparison, premise)].every(fits);
}
