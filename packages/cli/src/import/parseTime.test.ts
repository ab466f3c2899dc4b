import { describe, expect, test } from 'vitest';
import { isZone, parseTime } from './parseTime.ts';

describe('parseTime', () => {
  test.each([
    ['2011-10-11 13:45:40.276000+02:00', '2011-10-11T11:45:40.276Z'],
    ['2011-12-06T13:41:31.788+01:00', '2011-12-06T12:41:31.788Z'],
    ['2011-12-06T13:41:31Z', '2011-12-06T13:41:31.000Z'],
    ['2011-12-06 13:41 +0130', '2011-12-06T12:11:00.000Z'],
    ['2011-12-06T13:41:31,5-08', '2011-12-06T21:41:31.500Z'],
    [' 2024-02-29T23:59:59.999z ', '2024-02-29T23:59:59.999Z'],
    ['2012-01-01T00:30:00+01:00', '2011-12-31T23:30:00.000Z'],
  ])('reads %s as UTC', (text, time) => {
    expect(parseTime(text)).toEqual({ time });
  });

  test.each([
    ['2011-10-11 13:45:40', 'has no zone'],
    ['2011-10-11', 'has no zone'],
    ['2011-02-30T00:00:00Z', 'does not exist'],
    ['2011-13-01T00:00:00Z', 'does not exist'],
    ['2011-10-11T25:00:00Z', 'does not exist'],
    ['2011-10-11T10:00:00+99:00', 'does not exist'],
    ['11/10/2011 13:45', 'is no time'],
    ['yesterday', 'is no time'],
    ['', 'is no time'],
    ['2011-10-11T13:45:40.276001Z', 'digits behind milliseconds'],
  ])('refuses %j', (text, fault) => {
    expect(parseTime(text)).toEqual({ fault: expect.stringContaining(fault) });
  });

  test('takes the named zone where the time has none, and only there', () => {
    expect(parseTime('2011-10-11 13:45:40', { zone: '+01:00' })).toEqual({ time: '2011-10-11T12:45:40.000Z' });
    expect(parseTime('2011-10-11', { zone: '+01:00' })).toEqual({ time: '2011-10-10T23:00:00.000Z' });
    expect(parseTime('2011-10-11 13:45:40Z', { zone: '+01:00' })).toEqual({ time: '2011-10-11T13:45:40.000Z' });
  });

  test('cuts digits behind milliseconds off where it is told to', () => {
    expect(parseTime('2011-10-11T13:45:40.276999Z', { truncate: true })).toEqual({ time: '2011-10-11T13:45:40.276Z' });
  });

  test('knows what a zone is', () => {
    expect(['+01:00', 'Z', '-0930', '+02'].filter(isZone)).toHaveLength(4);
    expect(['Europe/Amsterdam', '+25:00', '01:00', ''].filter(isZone)).toEqual([]);
  });
});
