import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../types/errors.ts';
import type { JsonObject } from '../../types/json.ts';
import { parseRule, RULE_STEPS_MAX } from './parseRule.ts';

function faultOf(text: string): string {
  try {
    parseRule(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
    return (error as Error).message;
  }
  return 'none';
}

describe('parseRule', () => {
  it('compiles an expression over the payload', async () => {
    const rule = parseRule('$merge([$, {"total": $sum(lines.(price * quantity))}])');

    const lines = [
      { price: 2, quantity: 3 },
      { price: 1, quantity: 4 },
    ];
    expect(await rule({ lines })).toEqual({ lines, total: 10 });
  });

  it('compiles the same text once', () => {
    expect(parseRule('{"a": b}')).toBe(parseRule('{"a": b}'));
  });

  it.each([
    ['{"a": }', 'rule is no JSONata expression: The symbol "}" cannot be used as a unary operator, at position 7'],
    ['a +', 'rule is no JSONata expression: Unexpected end of expression, at position 3'],
    ['', 'rule is no JSONata expression: Unexpected end of expression, at position 0'],
    ['{"at": $now()}', 'rule uses $now; a rule must give the same for the same payload each time, at position 11'],
  ])('refuses %s, and says where', (text, message) => {
    expect(faultOf(text)).toBe(message);
  });

  it('keeps the error of the parser as the cause', () => {
    const cause = expect.objectContaining({ code: 'S0211' });

    expect(() => parseRule('{"a": }')).toThrow(expect.objectContaining({ cause }));
  });

  it.each(['$now()', '$millis()', '$random()', '$shuffle(a)', '$eval(a)', 'a ~> $eval', '($f := $random; $f())'])(
    'refuses %s, which is not pure',
    (text) => {
      expect(faultOf(text)).toMatch(/^rule uses \$\w+; .*, at position \d+$/);
    },
  );

  it('refuses what it cannot parse in bounded space, and patterns that cannot run in linear time', () => {
    expect(faultOf(`${'('.repeat(20_000)}1${')'.repeat(20_000)}`)).toBe('rule is nested too deeply; flatten it');
    expect(faultOf(`"${'a'.repeat(70_000)}"`)).toMatch(/^rule is longer than 65536 characters/);
    expect(faultOf('$match(a, /(?=x)y/)')).toMatch(/^rule has a pattern that cannot be matched in linear time/);
  });

  it('ends an evaluation that takes too many steps, without end or too deep', async () => {
    const endless = parseRule('($f := function($n) { $f($n + 1) }; $f(1))');
    const deep = parseRule('($f := function($n) { 1 + $f($n + 1) }; $f(1))');

    await expect(endless({})).rejects.toThrow(`it takes more than ${RULE_STEPS_MAX} steps`);
    await expect(deep({})).rejects.toMatchObject({ code: 'D1011' });
    await expect(parseRule('[1..1000000]')({})).rejects.toMatchObject({ code: 'D2015' });
  });

  it('keeps 1,000 compiled rules, and compiles the oldest anew', () => {
    const first = parseRule('{"n": 0}');
    for (let n = 1; n < 1_000; n++) parseRule(`{"n": ${n}}`);
    expect(parseRule('{"n": 0}')).toBe(first);

    parseRule('{"n": 1000}');

    expect(parseRule('{"n": 0}')).not.toBe(first);
  });

  it('takes texts that are names of what it refuses, and null', async () => {
    expect(await parseRule('{"a": "now", "b": null}')({})).toEqual({ a: 'now', b: null });
  });

  it('counts 64 characters of a text as one element', async () => {
    const text = 'a'.repeat(1_000_000);
    const rule = (times: number) => parseRule(`{"n": $count($map([1..${times}], function($i) { text = "b" }))}`);

    expect(await rule(100)({ text })).toEqual({ n: 100 });
    await expect(rule(2_000)({ text })).rejects.toThrow('it goes over more than 20000000 elements');
  });

  it('counts the steps of each evaluation for itself', async () => {
    const rule = parseRule('{"n": $count($map([1..20000], function($i) { $i * 2 }))}');

    for (let run = 0; run < 4; run++) expect(await rule({})).toEqual({ n: 20_000 });
  });

  it('lets others run while it is evaluated', async () => {
    let turns = 0;
    const count = setInterval(() => turns++, 0);

    await parseRule('{"n": $count($map([1..40000], function($i) { $i * 2 }))}')({});

    clearInterval(count);
    expect(turns).toBeGreaterThan(1);
  });

  it('matches a hostile pattern in linear time, with groups and case as JSONata has them', async () => {
    const text = `${'a'.repeat(50_000)}!`;
    expect(await parseRule('{"found": $contains(text, /^(a+)+$/)}')({ text })).toEqual({ found: false });

    const payload = { name: 'Ada King, ada lovelace' };
    expect(await parseRule('{"is": $replace(name, /ada (\\w+)/i, "$1 A.")}')(payload)).toEqual({
      is: 'King A., lovelace A.',
    });
    expect(await parseRule('{"is": $split(name, /, */)}')(payload)).toEqual({ is: ['Ada King', 'ada lovelace'] });
    expect(await parseRule('$match("😀xay", /x(.)|(z)/)')(payload)).toMatchObject({
      index: 2,
      groups: ['a', undefined],
    });
  });

  it('reaches own fields alone, and nothing that objects inherit', async () => {
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
    const rule = parseRule(`{"found": [${names.map((name) => `$exists(\`${name}\`)`).join(', ')}]}`);

    expect(await rule({})).toEqual({ found: [false, false, false, false] });
    const own = JSON.parse('{"constructor":1,"__proto__":2,"toString":3,"hasOwnProperty":4}') as JsonObject;
    expect(await rule(own)).toEqual({ found: [true, true, true, true] });
    expect({}).not.toHaveProperty('polluted');
    await parseRule('$ ~> | $ | {"__proto__": {"polluted": true}} |')({ a: 1 });
    expect({}).not.toHaveProperty('polluted');
  });
});
