import { canonicalTime } from '@nexus/shared';

export interface TimeRules {
  /** The zone of times that name none, such as `+01:00` or `Z`. Default: such times are refused. */
  readonly zone?: string | undefined;
  /** Cut digits behind milliseconds off, even where they are not zeros. Default: false. */
  readonly truncate?: boolean | undefined;
}

export type ParsedTime = { readonly time: string } | { readonly fault: string };

const DATE = String.raw`(\d{4}-\d\d-\d\d)`;
const CLOCK = String.raw`(\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?`;
const ZONE = String.raw`(Z|z|[+-]\d\d(?::?\d\d)?)`;
const PATTERN = new RegExp(`^${DATE}(?:[Tt ]${CLOCK})?(?: ?${ZONE})?$`);
const EXAMPLE = '2026-01-31T12:00:00.000+01:00';

/** Whether a text can be {@link TimeRules.zone}. */
export function isZone(text: string): boolean {
  return canonicalTime(`2000-06-15T12:00:00${normalZone(text)}`) !== undefined;
}

/**
 * Reads a date and time of ISO 8601, `T` or a space between them, with a numeric offset or `Z`, as UTC in milliseconds.
 * Leaves nothing to guess: a time without a zone is a fault unless the rules name one, and so are digits that would
 * be lost.
 */
export function parseTime(text: string, rules: TimeRules = {}): ParsedTime {
  const match = PATTERN.exec(text.trim());
  if (match === null) return { fault: `is no time: ${quote(text)}; write it as ${EXAMPLE}` };
  const [, date, clock = '00:00', seconds = '00', fraction = '', ownZone] = match;
  const zone = ownZone ?? rules.zone;
  if (zone === undefined) return { fault: `has no zone: ${quote(text)}; write it as ${EXAMPLE}, or name the zone` };
  if (/[^0]/.test(fraction.slice(3)) && rules.truncate !== true) {
    return { fault: `has digits behind milliseconds that would be lost: ${quote(text)}; round it to milliseconds` };
  }
  const time = canonicalTime(`${date}T${clock}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${normalZone(zone)}`);
  return time === undefined ? { fault: `is a time that does not exist: ${quote(text)}` } : { time };
}

/** `+0100`, `+01` and `z` as RFC 3339 writes them. */
function normalZone(zone: string): string {
  if (zone === 'z') return 'Z';
  return zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
