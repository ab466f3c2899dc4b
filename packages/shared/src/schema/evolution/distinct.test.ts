import * as fc from 'fast-check';
import jsonata from 'jsonata';
import { expect, it } from 'vitest';
import { parseRule } from './parseRule.ts';

it('gives what the function of JSONata gives', async () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom(0, 1, '0', '1', 'a,b', '', null, true, 'true'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('value'), { noNullPrototype: true }),
    ),
  }));
  const text = '{"list": $distinct(list), "items": $distinct(list.*), "one": $distinct([list])}';

  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 12 }), async (list) => {
      const [ours, own] = await Promise.all([parseRule(text)({ list } as never), jsonata(text).evaluate({ list })]);

      expect(JSON.stringify(ours)).toBe(JSON.stringify(own));
    }),
    { numRuns: 500 },
  );
});

it.each([
  '{"all": $distinct(lines.sku)}',
  '{"all": $distinct([[1, 23], [12, 3], [1, 23]])}',
  '{"all": $distinct([1, 1])}',
  '{"all": $count($distinct([$sum, $sum, $max]))}',
])('gives for %s what the function of JSONata gives', async (text) => {
  const payload = { lines: [{ sku: 'a' }, { sku: 'a' }] };

  expect(JSON.stringify(await parseRule(text)(payload))).toBe(JSON.stringify(await jsonata(text).evaluate(payload)));
});

it('takes linear time', async () => {
  const lines = Array.from({ length: 40_000 }, (_, sku) => ({ sku, unit: 'piece' }));
  const begun = performance.now();

  expect(await parseRule('{"count": $count($distinct(lines))}')({ lines })).toEqual({ count: 40_000 });
  expect(performance.now() - begun).toBeLessThan(5_000);
});
