import type { JsonObject } from '../../types/json.ts';
import { Comparison } from './Comparison.ts';
import type { CompatibilityLevel, Incompatibility } from './CompatibilityLevel.ts';
import { endlessReference } from './endlessReference.ts';
import { FINDINGS_MAX, type Finding, type Findings, NOTHING_FOUND, undecided } from './Finding.ts';
import { remedyFor } from './remedies.ts';
import { SchemaDocument } from './SchemaDocument.ts';
import { Workshop } from './Workshop.ts';

/** A version of a schema that is registered already. */
export interface EarlierVersion {
  readonly version: string;
  readonly schema: JsonObject;
}

/** Bound on the work for one pair of schemas: for each value of their texts, and beyond that. */
const STEPS_FOR_EACH_VALUE = 2;
const EXTRA_STEPS_MAX = 10_000;

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
  const workshop = new Workshop();
  const next = new SchemaDocument(proposed, workshop, { isGiven: true });
  for (const { version, schema } of versionsToCompare(earlier, level)) {
    const before = new SchemaDocument(schema, workshop, { isGiven: true });
    for (const direction of directionsOf(level)) {
      const [writer, reader] = direction === 'backward' ? [before, next] : [next, before];
      found.push(...compare(workshop, writer, reader).map((finding) => told(finding, version, direction)));
    }
    if (found.length >= FINDINGS_MAX) break;
  }
  return found.slice(0, FINDINGS_MAX);
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
  const steps = STEPS_FOR_EACH_VALUE * (writer.size + reader.size);
  const comparison = new Comparison(workshop, steps + Math.min(EXTRA_STEPS_MAX, workshop.extraSteps));
  const found = comparison.covers(comparison.premise([writer.root]), reader.root, true);
  workshop.spendExtra(comparison.stepsSpent - steps);
  return found;
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
