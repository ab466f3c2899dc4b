import { compileSchema } from '@nexus/shared';

/** Narrower than the validator's own, so that every other validator agrees, and no name with a colon becomes a URI. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  uri: /^(?:[a-z][a-z0-9+.-]*:\/\/|urn:[a-z0-9])/i,
};

const CHECKED_LENGTH_MAX = 1_024;

const CHECKS = new Map(Object.keys(SHAPES).map((format) => [format, compileSchema({ type: 'string', format })]));

/** The formats that a field of strings may have. */
export const STRING_FORMATS: readonly string[] = Object.keys(SHAPES);

/** Whether the validator that events meet takes the text for one of this format. */
export function hasFormat(text: string, format: string): boolean {
  if (text.length > CHECKED_LENGTH_MAX || SHAPES[format]?.test(text) !== true) return false;
  return CHECKS.get(format)?.(text).length === 0;
}
