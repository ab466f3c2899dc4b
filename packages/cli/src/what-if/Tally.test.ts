import { describe, expect, test } from 'vitest';
import type { BrokenRule } from './BrokenRule.ts';
import type { EventPlace } from './readHistory.ts';
import { Tally } from './Tally.ts';

function placeAt(timestamp: string, fields: Partial<EventPlace> = {}): EventPlace {
  return { aggregateId: 'a', aggregateVersion: 1, eventId: 'e1', eventType: 'Placed', timestamp, ...fields };
}

function maximumAt(pointer: string): BrokenRule {
  return { kind: 'schema', eventType: 'Placed', version: '1', pointer, keyword: 'maximum' };
}

const DENIED: BrokenRule = { kind: 'policy', policy: 'no-night-work' };
const OBSERVED: BrokenRule = { kind: 'policy', policy: 'no-weekends', observes: true };

describe('Tally', () => {
  test('counts by rule, type and month, with the first and the last by time', () => {
    const tally = new Tally(1);
    const [late, early, middle] = [
      placeAt('2026-03-01T00:00:00.000Z'),
      placeAt('2026-01-31T23:59:59.999Z', { aggregateId: 'b' }),
      placeAt('2026-02-01T00:00:00.000Z', { eventType: 'Paid' }),
    ];

    tally.add(late, [DENIED]);
    tally.add(early, [DENIED, maximumAt('/payload/total')]);
    tally.add(middle, []);
    const report = tally.report();

    expect(report).toMatchObject({
      events: 3,
      refused: 2,
      types: [
        { eventType: 'Placed', events: 2, refused: 2 },
        { eventType: 'Paid', events: 1, refused: 0 },
      ],
      months: [
        { month: '2026-01', events: 1, refused: 1 },
        { month: '2026-02', events: 1, refused: 0 },
        { month: '2026-03', events: 1, refused: 1 },
      ],
    });
    expect(
      report.rules.map(({ rule, events, first, last, examples }) => [rule, events, first, last, examples]),
    ).toEqual([
      ['policy no-night-work', 2, early, late, [late]],
      ['schema Placed 1 /payload/total maximum', 1, early, early, [early]],
    ]);
  });

  test('holds items of an array to one rule, and other members to another', () => {
    const tally = new Tally(0);

    tally.add(placeAt('2026-01-01T00:00:00.000Z'), [maximumAt('/payload/items/0/price')]);
    tally.add(placeAt('2026-01-02T00:00:00.000Z'), [maximumAt('/payload/items/17/price')]);
    tally.add(placeAt('2026-01-03T00:00:00.000Z'), [maximumAt('/payload/items/x1/price')]);

    expect(tally.report().rules).toMatchObject([
      { rule: 'schema Placed 1 /payload/items/*/price maximum', events: 2, examples: [] },
      { rule: 'schema Placed 1 /payload/items/x1/price maximum', events: 1 },
    ]);
  });

  test('lists what a policy only observes, and does not count it as refused', () => {
    const tally = new Tally(1);

    tally.add(placeAt('2026-01-01T00:00:00.000Z'), [OBSERVED]);

    expect(tally.report()).toMatchObject({
      refused: 0,
      rules: [{ rule: 'policy no-weekends (only observes)', refuses: false, events: 1 }],
    });
  });

  test('counts rules, types and months that find no room together', () => {
    const tally = new Tally(1);

    for (let serial = 0; serial < 1_300; serial++) {
      const month = `${String(1000 + Math.floor(serial / 12))}-${String((serial % 12) + 1).padStart(2, '0')}`;
      const place = placeAt(`${month}-01T00:00:00.000Z`, { eventType: `Type${serial}` });
      tally.add(place, [maximumAt(`/payload/field${serial}`)]);
    }
    const report = tally.report();

    expect(report).toMatchObject({
      refused: 1_300,
      otherRules: 800,
      otherTypes: { events: 300, refused: 300 },
      otherMonths: { events: 100, refused: 100 },
    });
    expect([report.rules.length, report.types.length, report.months.length]).toEqual([500, 1_000, 1_200]);
  });
});
