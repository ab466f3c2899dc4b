import { type CelFunc, CelScalar, type CelValue, celError, celMethod, objectType } from '@bufbuild/cel';
import { TimestampSchema, timestampMs } from '@bufbuild/protobuf/wkt';
import { METER, METER_EXCEEDED } from './Meter.ts';

export const TIMESTAMP: ReturnType<typeof objectType<typeof TimestampSchema>> = objectType(TimestampSchema);

const { INT, STRING } = CelScalar;
const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;
const OFFSET = /^([+-]?)(\d\d):(\d\d)$/;
const FORMATS_MAX = 64;
/** Making a format, or finding that there is no such zone, takes the time of this many steps. */
const FORMAT_STEPS = 50;

/** Fields of a time, by name, from a date whose UTC fields are those of the zone. */
const FIELDS: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) => Math.floor((date.getTime() - startOfYear(date)) / MS_PER_DAY),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};

/**
 * The methods of timestamps. The library's go through the local time of the host, so that a decision would depend on
 * the zone that the host is set to, wherever that zone changes its clocks.
 */
export function timestampMethods(): CelFunc[] {
  return Object.entries(FIELDS).flatMap(([name, field]) => {
    function method(this: CelValue<typeof TIMESTAMP>, zone?: string): bigint {
      return BigInt(field(new Date(inZone(timestampMs(this.message), zone))));
    }
    return [
      celMethod(name, TIMESTAMP, [], INT, function () {
        return method.call(this);
      }),
      celMethod(name, TIMESTAMP, [STRING], INT, function (zone) {
        return method.call(this, zone);
      }),
    ];
  });
}

function inZone(ms: number, zone?: string): number {
  if (zone === undefined) return ms;
  const offset = OFFSET.exec(zone);
  if (offset === null) return inNamedZone(ms, zone);
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return ms + (offset[1] === '-' ? -minutes : minutes) * MS_PER_MINUTE;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function inNamedZone(ms: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const date = new Date(0);
  date.setUTCFullYear(part('year'), part('month') - 1, part('day'));
  date.setUTCHours(part('hour'), part('minute'), part('second'), ((ms % 1_000) + 1_000) % 1_000);
  return date.getTime();
}

/** Making a format costs fifty times as much as using it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(timeZone);
  if (known !== undefined) return known;
  const [year, number] = ['numeric', '2-digit'] as const;
  const options = { year, month: number, day: number, hour: number, minute: number, second: number } as const;
  if (!METER.take(FORMAT_STEPS)) throw celError(METER_EXCEEDED);
  const format = attempt(() => new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...options }));
  if (FORMATS.size >= FORMATS_MAX) FORMATS.clear();
  FORMATS.set(timeZone, format);
  return format;
}

/** The host's error quotes the text, which may be out of a payload. */
function attempt(make: () => Intl.DateTimeFormat): Intl.DateTimeFormat {
  try {
    return make();
  } catch {
    throw new RangeError('the text is no time zone');
  }
}

function startOfYear(date: Date): number {
  return new Date(0).setUTCFullYear(date.getUTCFullYear(), 0, 1);
}
