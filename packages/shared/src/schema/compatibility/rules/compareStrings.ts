import type { JsonValue } from '../../../types/json.ts';
import { compileSchema } from '../../compileSchema.ts';
import type { Comparison } from '../Comparison.ts';
import { atReader, type Findings, merge, shown } from '../Finding.ts';
import type { Premise } from '../Premise.ts';
import { atLeast, atMost } from '../ranges.ts';
import type { SchemaNode } from '../SchemaNode.ts';
import { can, NUMBER, STRING } from '../typeMask.ts';
import { compareLower, compareUpper } from './bounds.ts';

/** `minLength`, `maxLength`, `pattern` and `format`. */
export function compareStrings(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const format = compareFormat(comparison, premise, reader);
  if (!can(premise, STRING)) return format;
  return merge([
    compareLower(premise, reader, 'minLength', atLeast(premise, 'minLength')),
    compareUpper(premise, reader, 'maxLength', atMost(premise, 'maxLength')),
    comparePattern(comparison, premise, reader),
    format,
  ]);
}

function comparePattern(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const { pattern } = reader.keywords;
  if (typeof pattern !== 'string' || premise.has('pattern', pattern)) return [];
  const matches = (value: JsonValue): boolean =>
    typeof value !== 'string' || comparison.matches(pattern, value) === true;
  if (premise.values !== undefined && [...premise.values.values()].every(matches)) return [];
  const isChanged = premise.nodes.some((node) => node.keywords.pattern !== undefined);
  const text = `{reader} asks for the pattern ${shown(pattern)}, and {writer} is not known to keep it`;
  return [atReader(isChanged ? 'PATTERN_CHANGED' : 'PATTERN_ADDED', reader, 'pattern', text)];
}

/** A format may be one of strings or one of numbers. */
function compareFormat(comparison: Comparison, premise: Premise, reader: SchemaNode): Findings {
  const { format } = reader.keywords;
  if (typeof format !== 'string' || !can(premise, STRING | NUMBER) || premise.has('format', format)) return [];
  const hasFormat = comparison.once(reader, 'format', () => formatCheck(format));
  if (premise.values !== undefined && [...premise.values.values()].every(hasFormat)) return [];
  const isChanged = premise.nodes.some((node) => node.keywords.format !== undefined);
  const text = `{reader} asks for the format ${shown(format)}, and {writer} is not known to keep it`;
  return [atReader(isChanged ? 'FORMAT_CHANGED' : 'FORMAT_ADDED', reader, 'format', text)];
}

function formatCheck(format: string): (value: JsonValue) => boolean {
  try {
    const check = compileSchema({ format });
    return (value) => check(value).length === 0;
  } catch {
    return () => false;
  }
}
