import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalTime, isCanonicalTime } from './time.ts';

describe('isCanonicalTime', () => {
  it('takes whatever toISOString writes in the years 0001 to 9999', () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });

    fc.assert(
      fc.property(date, (time) => {
        expect(isCanonicalTime(time.toISOString())).toBe(true);
      }),
    );
  });

  it.each([
    '2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00.000',
    '2026-01-31T12:00:00.000+01:00',
    '2026-01-31T12:00:00.0000Z',
    '2026-02-30T12:00:00.000Z',
    '2026-01-31T24:00:00.000Z',
    '0000-01-31T12:00:00.000Z',
    '+010000-01-01T00:00:00.000Z',
    ' 2026-01-31T12:00:00.000Z',
    1769860800000,
  ])('refuses %j', (value) => {
    expect(isCanonicalTime(value)).toBe(false);
  });
});

describe('canonicalTime', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2011-10-11T13:45:40.276000+02:00', '2011-10-11T11:45:40.276Z'],
    ['1969-12-31T23:00:00.5-01:00', '1970-01-01T00:00:00.500Z'],
  ])('reads %s as %s', (given, canonical) => {
    expect(canonicalTime(given)).toBe(canonical);
  });

  it.each([
    '2026-01-31T12:00:00',
    '2026-01-31',
    '2026-01-31T12:00:00.123456Z',
    '2026-04-31T12:00:00Z',
    '2025-02-29T00:00:00+01:00',
    'now',
  ])('refuses %s', (given) => {
    expect(canonicalTime(given)).toBeUndefined();
  });
});
