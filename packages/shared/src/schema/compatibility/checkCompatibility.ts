import type { JsonObject } from '../../types/json.ts';
import { Comparison, type Workshop } from './Comparison.ts';
import type { CompatibilityLevel, Incompatibility } from './CompatibilityLevel.ts';
import { endlessReference } from './endlessReference.ts';
import { FINDINGS_MAX, type Finding, type Findings, NOTHING_FOUND, undecided } from './Finding.ts';
import { remedyFor } from './remedies.ts';
import { SchemaDocument } from './SchemaDocument.ts';
import { Shapes } from './Shapes.ts';

/** A version of a schema that is registered already. */
export interface EarlierVersion {
  readonly version: string;
  readonly schema: JsonObject;
}

/** Bound on the work for one pair of schemas: a part that is always there, and one for each value of their texts. */
const STEPS_MIN = 20_000;
const STEPS_FOR_EACH_VALUE = 20;

/**
 * Whether a proposed schema keeps a compatibility level with the versions before it.
 *
 * It compares what the schemas say, draft-07 or 2020-12, as the validator applies them; `title`, `description`,
 * `examples` and other annotations never matter. What it calls compatible is compatible: no data that the one schema
 * allows fails under the other. A missing property that has a valid `default` counts as filled in by the reader, as it
 * does with Confluent. Where it cannot decide, it says so as an incompatibility; equal schemas are always compatible.
 *
 * @param earlier - oldest first. `BACKWARD`, `FORWARD` and `FULL` look at the last only
 * @returns at most 100, of the newest version first; `[]` when the level is kept
 */
export function checkCompatibility(
  proposed: JsonObject,
  earlier: readonly EarlierVersion[],
  level: CompatibilityLevel,
): readonly Incompatibility[] {
  const found: Incompatibility[] = [];
  const workshop = newWorkshop();
  const next = new SchemaDocument(proposed, workshop.nextId, { isGiven: true });
  for (const { version, schema } of versionsToCompare(earlier, level)) {
    const before = new SchemaDocument(schema, workshop.nextId, { isGiven: true });
    for (const direction of directionsOf(level)) {
      const [writer, reader] = direction === 'backward' ? [before, next] : [next, before];
      found.push(...compare(workshop, writer, reader).map((finding) => told(finding, version, direction)));
    }
    if (found.length >= FINDINGS_MAX) break;
  }
  return found.slice(0, FINDINGS_MAX);
}

function newWorkshop(): Workshop {
  let last = 0;
  return {
    shapes: new Shapes(),
    nextId: () => {
      last++;
      return last;
    },
  };
}

function versionsToCompare(earlier: readonly EarlierVersion[], level: CompatibilityLevel): readonly EarlierVersion[] {
  return level.endsWith('_TRANSITIVE') ? earlier.toReversed() : earlier.slice(-1);
}

function directionsOf(level: CompatibilityLevel): readonly Incompatibility['direction'][] {
  switch (level) {
    case 'NONE':
      return [];
    case 'BACKWARD':
    case 'BACKWARD_TRANSITIVE':
      return ['backward'];
    case 'FORWARD':
    case 'FORWARD_TRANSITIVE':
      return ['forward'];
    case 'FULL':
    case 'FULL_TRANSITIVE':
      return ['backward', 'forward'];
    default:
      return level satisfies never;
  }
}

function compare(workshop: Workshop, writer: SchemaDocument, reader: SchemaDocument): Findings {
  if (writer.hasSameText(reader)) return NOTHING_FOUND;
  const fault = reader.fault ?? writer.fault;
  if (fault !== undefined) return [undecided(fault, reader.root, TEXTS[fault])];
  const endless = endlessReference(reader);
  if (endless !== undefined) return [undecided('RECURSION_NOT_DECIDED', endless, ENDLESS)];
  const comparison = new Comparison(workshop, STEPS_MIN + STEPS_FOR_EACH_VALUE * (writer.size + reader.size));
  return comparison.covers(comparison.premise([writer.root]), reader.root, true);
}

const TEXTS = {
  DIALECT_NOT_UNDERSTOOD: '{reader} or {writer} is neither of draft-07 nor of 2020-12 ("$schema")',
  TOO_COMPLEX_TO_DECIDE: '{reader} or {writer} is nested too deeply to be compared',
};

const ENDLESS = '{reader} refers to itself here without going deeper into the data';

function told(finding: Finding, version: string, direction: Incompatibility['direction']): Incompatibility {
  const { kind, pointer, text } = finding;
  const [proposed, before] = ['the proposed schema', `version ${version}`];
  const [reader, writer] = direction === 'backward' ? [proposed, before] : [before, proposed];
  const said = text.replaceAll('{reader}', () => reader).replaceAll('{writer}', () => writer);
  const message = `${pointer === '' ? 'The root' : pointer}: ${said}`;
  return { version, direction, kind, pointer, message, remedy: remedyFor(kind, direction) };
}
