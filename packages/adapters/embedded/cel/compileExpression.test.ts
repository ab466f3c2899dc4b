import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CelPolicyEngine } from '../CelPolicyEngine.ts';
import { engineFor, engineOf, eventOf, messagesOf, policyText, requestOf } from './testing/policies.ts';

describe('an expression is refused at load', () => {
  test.each([
    ['principal.rolez', 'reads an unknown field rolez; did you mean roles?'],
    ['resource.x == 1', 'reads an unknown field x'],
    ["event['payloadd'].x", 'reads an unknown field payloadd; did you mean payload?'],
    ['has(event.payloadd)', 'reads an unknown field payloadd'],
    ['principl.id == "a"', 'names an unknown variable principl; did you mean principal?'],
    ['constructor', 'names an unknown variable constructor'],
    ['toString', 'names an unknown variable toString'],
    ['.evnt.payload.x', 'names an unknown variable evnt; did you mean event?'],
    ['variables.x', 'reads an unknown field x, at variables.x'],
    ['variables', 'must give a bool'],
    ['sice(event.payload.items) > 1', 'calls an unknown function sice; did you mean size?'],
    ['event.payload.items.al(i, i > 1)', 'calls an unknown function al'],
    ['event.payload.items.all(i)', 'its arguments are not those of the macro'],
    ["event.payload.a.replace('a', 'b') == ''", 'calls an unknown function replace'],
    ['google.protobuf.Timestamp{seconds: 1} == now', 'makes a message; write a map'],
    ["'yes'", 'must give a bool, and gives a string'],
    ['1 + 1', 'must give a bool, and gives a int'],
    ['event.payload.a - event.payload.b', 'must give a bool, and gives a double'],
    ['now', 'must give a bool, and gives a timestamp'],
    ['event', 'must give a bool, and gives a map'],
    ['principal.roles', 'must give a bool, and gives a list'],
    ["true && 'x'", 'is a string where true or false is needed, at "x"'],
    ["'x' ? true : false", 'is a string where true or false is needed'],
    ["1 + 'a' == 2", 'calls +, which does not take int, string'],
    ['1 + 1.0 == 2.0', 'calls +, which does not take int, double; write 1.0 for 1'],
    ['resource.aggregateVersion > "1"', 'calls >, which does not take int, string'],
    ['principal.id.startsWith(1)', 'calls startsWith, which does not take int on a string'],
    ['principal.id.x == 1', 'reads the field x of a string, which has no fields'],
    ['principal.id.all(x, true)', 'goes over a string, which has no elements'],
    ['principal.id[0] == "a"', 'takes an element of a string, which has none'],
    ["event.payload.a.matches('(')", 'has a pattern that RE2 does not take'],
    ["event.payload.a.matches('(?=x)')", 'has a pattern that RE2 does not take'],
    ["event.payload.a.matches('a{1000}{1000}')", 'has a pattern that RE2 does not take'],
    ['event.payload.a.matches(event.payload.b)', 'matches a pattern that is calculated; write the pattern as a text'],
    ['event.payload.items.all(event, event > 1)', 'names its element event, which is taken'],
    ['[1].all(a, [1].all(a, true))', 'names its element a, which is taken'],
    ['[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))', 'nests comprehensions more than 3 deep'],
    [`${'['.repeat(120)}1${']'.repeat(120)} == []`, 'is nested more than 100 deep'],
    [`${'('.repeat(4_000)}1${')'.repeat(4_000)}`, ''],
    ['"\\u{d800}" == ""', 'is not valid CEL'],
    ['', 'must not be empty'],
  ])('%j', (expression, message) => {
    if (message === '') expect(() => engineFor(expression)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
    else expect(() => engineFor(expression)).toThrow(message);
  });
});

describe('an expression holds by the rules of CEL', () => {
  const payload = {
    n: 5,
    x: 2.5,
    s: 'text',
    t: true,
    none: null,
    list: [1, 2, 3],
    map: { a: 1, b: null },
    price: '12.50',
  };

  test.each([
    'event.payload.n == 5 && event.payload.n == 5.0 && event.payload.n > 4 && event.payload.n <= 5.5',
    'event.payload.n + 1.0 == 6 && event.payload.n * event.payload.x == 12.5',
    'int(event.payload.n) % 2 == 1 && 5 in [event.payload.n] && event.payload.n in [4, 5]',
    'type(event.payload.n) == double && type(event.payload.none) == null_type',
    'has(event.payload.none) && !has(event.payload.nothing) && event.payload.none == null',
    "'b' in event.payload.map && !('c' in event.payload.map) && event.payload.map.size() == 2",
    'event.payload.list[0] == 1 && event.payload.list == [1, 2, 3] && size(event.payload.list) == 3',
    'event.payload.list.map(i, i * 2.0) == [2.0, 4.0, 6.0] && event.payload.list.filter(i, i > 1) == [2, 3]',
    'event.payload.list.exists_one(i, i == 2) && !event.payload.list.exists_one(i, i > 1)',
    'event.payload.map.all(k, k in ["a", "b"]) && event.payload.map.exists(k, event.payload.map[k] == null)',
    '[[1, 2], [3]].map(l, l.filter(i, i > 1)) == [[2], [3]] && [1, 2].map(i, i > 1, i + 1) == [3]',
    "event.payload.s.matches('^t.+t$') && event.payload.s.startsWith('te') && event.payload.s.lowerAscii() == 'text'",
    "double(event.payload.price) == 12.5 && int('-7') == -7",
    "'a,b,c'.split(',', 2) == ['a', 'b,c'] && 'a,b'.split(',', 2) == ['a', 'b'] && 'a,b'.split(',', 0) == []",
    "'a,b,c'.split(',', -1) == ['a', 'b', 'c'] && 'a,b'.split(',', 1) == ['a,b'] && 'a,b'.split(',', 9) == ['a', 'b']",
    '["a1", "b22"].all(i, i.matches("^[a-z][0-9]{1,2}$"))',
    'event.payload.missing || true',
    'true || event.payload.missing',
    '!(event.payload.missing && false)',
    'event.payload.list.exists(i, i == 2 || i.x > 1)',
    "timestamp('2026-03-29T02:30:00Z').getHours() == 2",
    "timestamp('2026-03-29T00:30:00Z').getHours('Europe/Berlin') == 1 && timestamp('2026-03-29T01:30:00Z').getHours('Europe/Berlin') == 3",
    "timestamp('2026-01-01T00:30:00Z').getDayOfYear('-01:00') == 364 && timestamp('2026-01-01T00:30:00Z').getDate('-01:00') == 31",
    "timestamp('0050-02-03T04:05:06.007Z').getFullYear() == 50 && timestamp('0050-02-03T04:05:06.007Z').getMonth('UTC') == 1",
    "timestamp('2026-01-04T00:00:00.250Z').getDayOfWeek() == 0 && timestamp('2026-01-04T00:00:00.250Z').getMilliseconds('+05:30') == 250",
    "timestamp(1) == timestamp('1970-01-01T00:00:01Z') && now - timestamp('2026-06-15T11:00:00Z') == duration('1h')",
    'event.payload == event.payload && event.payload != {}',
    "(event.payload.t ? ['a'] : [1]).all(i, i == 'a' || i > 0) && (event.payload.t ? event : resource).payload.n == 5",
    "{'a': [1], 'b': 'text'}['b'].startsWith('t') && [[1], ['a']][1][0] + 'b' == 'ab'",
    "principal.roles == ['clerk'] && principal.roles.join(',') == 'clerk'",
  ])('%s', (expression) => {
    expect(messagesOf(expression, payload)).toEqual([]);
  });

  test.each([
    ["double('') == 0.0", 'is not a number'],
    ["!(double('abc') > 1.0)", 'is not a number'],
    ["true && int('') == 0", 'is not an integer, at int("")'],
    ["int('0x10') == 16", 'is not an integer'],
    ["uint('-1') == 1u", 'is out of range'],
    ["bool('yes')", 'is neither true nor false'],
    ["int('9223372036854775808') > 0", 'is out of range'],
    ['1 / 0 == 1', 'divide by zero'],
    ['event.payload.list[3] == 1', 'index 3 out of bounds'],
    ['event.payload.list[0.5] == 1', 'cannot be evaluated'],
    ['event.payload.s.a == 1', 'field not found: a'],
    ['event.payload.s > 1', 'found no matching overload'],
  ])('%s is an error, and denies', (expression, message) => {
    const engine = engineOf({ validations: [{ expression }] });

    const { denials } = engine.decide(requestOf([eventOf({ payload })]));

    expect(denials[0]?.message).toContain(message);
  });

  test.each([
    ['event.payload[event.payload.s] == 1', 'field not found, at'],
    ['has(event.payload[event.payload.s].x)', 'field not found, at'],
    ['{event.payload.s: 1, event.payload.s: 2} == {}', 'map key conflict, at'],
    ['event.payload.s.charAt(int(event.payload.number)) == ""', 'index out of bounds, at'],
    ['now.getHours(event.payload.s) == 1', 'the text is no time zone, at'],
  ])('%s is an error that quotes nothing out of the payload', (expression, message) => {
    const engine = engineOf({ validations: [{ expression }] });

    const { denials } = engine.decide(requestOf([eventOf({ payload: { s: 'Top/Secret', number: 70_777 } })]));

    expect(denials[0]?.message).toContain(message);
    expect(denials[0]?.message).not.toMatch(/Secret|70.?777/);
  });

  test('pattern and text of any length take linear time', () => {
    const text = `${'a'.repeat(200_000)}!`;
    const begun = performance.now();

    const messages = messagesOf("event.payload.s.matches('^(a+)+$')", { s: text });

    expect(messages).toEqual(['no']);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

describe('an expression of any kind', () => {
  const tokens = fc.constantFrom(
    ...['event', 'payload', 'principal', 'roles', 'now', 'variables', 'x', 'i', 'a', 'int', 'type', 'true', 'null'],
    ...['1', '2.5', '3u', "'t'", "b'b'", '[', ']', '{', '}', '(', ')', '.', ',', ':', '?', '!', '-', '+', '%', '*'],
    ...['==', '<', '&&', '||', ' in ', 'has(', 'size(', '.all(i,', '.map(i,', '.exists(x,', '.matches(', '.filter(a,'],
    ...[
      "'(' ",
      'timestamp(',
      'duration(',
      '.getHours()',
      'string(',
      'dyn(',
      '.split(',
      '_',
      '`',
      '\\',
      '"',
      '\n',
      '//',
    ],
  );
  const text = fc.oneof(
    fc.array(tokens, { minLength: 1, maxLength: 25 }).map((parts) => parts.join('')),
    fc.string(),
  );
  const payload = { x: 1, a: [1, { i: null }], i: { x: 'text' } };

  test('is either refused by a typed error, or decides', () => {
    fc.assert(
      fc.property(text, (expression) => {
        const spec = { validations: [{ expression }] };
        const source = { kind: 'PolicySet', policies: [JSON.parse(policyText('a', spec))] };
        let engine: CelPolicyEngine;
        try {
          engine = CelPolicyEngine.fromSource(JSON.stringify(source));
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONFIGURATION' });
          return;
        }

        const { decision } = engine.decide(requestOf([eventOf({ payload })]));

        expect(['allow', 'deny']).toContain(decision);
        expect(Array.isArray(engine.warnings)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the cost of an expression is bounded', () => {
  const list = (length: number) => Array.from({ length }, (_, index) => index);
  const said = 'goes over more than 100,000 list elements for one event';

  test.each([
    ['one list', 'event.payload.a.all(i, i >= 0)', { a: list(100_001) }],
    [
      'a product of two',
      'event.payload.a.all(i, event.payload.b.all(j, i + j >= 0.0))',
      { a: list(400), b: list(400) },
    ],
    [
      'a product of three',
      '!event.payload.a.exists(i, event.payload.a.exists(j, event.payload.a.exists(k, i + j + k < 0.0)))',
      { a: list(60) },
    ],
    [
      'lists that are searched',
      'event.payload.a.all(i, i in event.payload.b)',
      { a: list(2_000), b: list(2_000).reverse() },
    ],
    [
      'lists that are compared',
      'event.payload.a.all(i, event.payload.b == event.payload.c)',
      { a: list(1_000), b: list(1_000), c: list(1_000) },
    ],
    [
      'texts that are searched',
      'event.payload.a.all(i, !event.payload.s.contains("b"))',
      { a: list(50_000), s: 'a'.repeat(100_000) },
    ],
    ['an error that another part swallows', 'event.payload.a.all(i, i >= 0) || true', { a: list(100_001) }],
    [
      'zones that are each another text',
      'event.payload.a.all(i, now.getHours(i) < 25 || true)',
      { a: list(20_000).map((index) => `Zone/${index}`) },
    ],
    [
      'texts that are matched with a pattern that is written short and is large',
      "!event.payload.a.exists(i, i.matches('((a|b){1,31}c?){1,31}x'))",
      { a: list(20_000).map(() => 'ab') },
    ],
    [
      'texts that are put in order',
      'event.payload.a.all(i, event.payload.s <= event.payload.t)',
      { a: list(50_000), s: 'a'.repeat(100_000), t: `${'a'.repeat(100_000)}b` },
    ],
    [
      'characters that are counted',
      "event.payload.a.all(i, event.payload.s.charAt(99999) == '😀')",
      { a: list(50_000), s: '😀'.repeat(100_000) },
    ],
    ['a text in parts', "event.payload.s.split('').all(c, c == 'a')", { s: 'a'.repeat(200_000) }],
  ])('by %s', (_, expression, payload) => {
    const engine = engineOf({ validations: [{ expression }] });
    const begun = performance.now();

    const { decision, denials } = engine.decide(requestOf([eventOf({ payload })]));

    expect(decision).toBe('deny');
    expect(denials[0]?.message).toContain(said);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test.each([
    ['elements on which an expression fails', 'event.payload.a.all(i, i.x > 0)'],
    ['pairs on which an expression fails', 'event.payload.b.all(i, event.payload.b.all(j, j.x > 0))'],
    ['texts that are no time', 'event.payload.a.all(i, timestamp(event.payload.s) < now)'],
    ['elements behind the bound', 'event.payload.a.all(i, i in event.payload.b || event.payload.s.contains("b"))'],
  ])('in time, too, for %s', (_, expression) => {
    const payload = { a: list(100_000), b: list(300), s: 'a'.repeat(100_000) };
    const engine = engineOf({ validations: [{ expression }] });
    const begun = performance.now();

    const { decision } = engine.decide(requestOf([eventOf({ payload })]));

    expect(decision).toBe('deny');
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(new Error('later').stack).toContain('compileExpression.test.ts');
  });

  test('at lists that grow by variables which add each other', () => {
    const variables = list(40).map((index) => ({
      name: `v${index}`,
      expression: index === 0 ? 'event.payload.a' : `variables.v${index - 1} + variables.v${index - 1}`,
    }));
    const engine = engineOf({ variables, validations: [{ expression: '7 in variables.v39' }] });

    const { denials } = engine.decide(requestOf([eventOf({ payload: { a: [1] } })]));

    expect(denials[0]?.message).toContain(said);
  });

  test('at variables that hold each other, and are null or compared', () => {
    const chain = (letter: string, step: (before: string) => string) =>
      list(40).map((index) => ({
        name: `${letter}${index}`,
        expression: index === 0 ? 'null' : step(`variables.${letter}${index - 1}`),
      }));
    const lists = (before: string) => `[${before}, ${before}]`;
    const variables = [...chain('a', lists), ...chain('b', lists)];
    const nulls = chain('n', (before) => `[${before}, ${before}] == [] ? 1 : null`);

    const compared = engineOf({ variables, validations: [{ expression: 'variables.a39 == variables.b39' }] });
    const empty = engineOf({ variables: nulls, validations: [{ expression: 'variables.n39 == null' }] });

    expect(compared.decide(requestOf([eventOf()])).denials[0]?.message).toContain(said);
    expect(empty.decide(requestOf([eventOf()])).decision).toBe('allow');
  });

  test('at exactly 100,000 elements it still decides, and lists are made in linear time', () => {
    const messages = messagesOf('event.payload.a.filter(i, i >= 0).size() == 100000', { a: list(100_000) });

    expect(messages).toEqual([]);
  });

  test('counts each policy and each event anew', () => {
    const engine = engineFor('event.payload.a.all(i, i >= 0)');
    const payload = { a: list(60_000) };

    expect(engine.decide(requestOf([eventOf({ payload }), eventOf({ payload })])).decision).toBe('allow');
  });

  test('decides the next event when one was too much', () => {
    const engine = engineFor('event.payload.a.all(i, i >= 0)');

    const { denials } = engine.decide(
      requestOf([eventOf({ payload: { a: list(100_001) } }), eventOf({ payload: { a: [1] } })]),
    );

    expect(denials.map(({ eventIndex }) => eventIndex)).toEqual([0]);
  });
});

describe('a decision is what a reference says', () => {
  /** True, false, or an error, of which `&&` and `||` are rid where the other side decides. */
  type Value = boolean | 'error';
  type Payload = { readonly [key: string]: number | number[] };
  interface Rule {
    readonly text: string;
    readonly of: (payload: Payload) => Value;
  }

  const KEYS = ['a', 'b', 'c'];
  const numberOf = (payload: Payload, key: string): number | undefined => {
    const value = payload[key];
    return typeof value === 'number' ? value : undefined;
  };
  const key = fc.constantFrom(...KEYS);
  const comparison = fc.tuple(key, fc.constantFrom('<', '<=', '>', '>='), fc.integer({ min: -3, max: 3 })).map(
    ([name, operator, bound]): Rule => ({
      text: `event.payload.${name} ${operator} ${bound}`,
      of: (payload) => {
        const number = numberOf(payload, name);
        if (number === undefined) return 'error';
        if (operator === '<') return number < bound;
        if (operator === '<=') return number <= bound;
        return operator === '>' ? number > bound : number >= bound;
      },
    }),
  );
  const presence = key.map(
    (name): Rule => ({
      text: `has(event.payload.${name})`,
      of: (payload) => Object.hasOwn(payload, name),
    }),
  );
  const quantifier = fc.tuple(fc.constantFrom('all', 'exists'), key, fc.integer({ min: -3, max: 3 })).map(
    ([macro, name, bound]): Rule => ({
      text: `event.payload.${name}.${macro}(i, i > ${bound})`,
      of: (payload) => {
        const list = payload[name];
        if (!Array.isArray(list)) return 'error';
        return macro === 'all' ? list.every((i) => i > bound) : list.some((i) => i > bound);
      },
    }),
  );
  const junction = (operator: '&&' | '||', left: Rule, right: Rule): Rule => ({
    text: `(${left.text} ${operator} ${right.text})`,
    of: (payload) => {
      const [one, other] = [left.of(payload), right.of(payload)];
      const decisive = operator === '||';
      if (one === decisive || other === decisive) return decisive;
      return one === 'error' || other === 'error' ? 'error' : !decisive;
    },
  });
  const negation = (rule: Rule): Rule => ({
    text: `!(${rule.text})`,
    of: (payload) => {
      const value = rule.of(payload);
      return value === 'error' ? 'error' : !value;
    },
  });
  const choice = (condition: Rule, yes: Rule, no: Rule): Rule => ({
    text: `(${condition.text} ? ${yes.text} : ${no.text})`,
    of: (payload) => {
      const value = condition.of(payload);
      return value === 'error' ? 'error' : value ? yes.of(payload) : no.of(payload);
    },
  });
  const { rule } = fc.letrec<{ rule: Rule }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 4 },
      comparison,
      presence,
      quantifier,
      fc
        .tuple(fc.constantFrom('&&' as const, '||' as const), tie('rule'), tie('rule'))
        .map((parts) => junction(...parts)),
      tie('rule').map(negation),
      fc.tuple(tie('rule'), tie('rule'), tie('rule')).map((parts) => choice(...parts)),
    ),
  }));
  const number = fc.integer({ min: -4, max: 4 });
  const payloads = fc.array(
    fc.dictionary(key, fc.oneof(number, fc.array(number, { maxLength: 4 })), { noNullPrototype: true }),
    { minLength: 1, maxLength: 6 },
  );

  test('for any rule and any payloads', () => {
    fc.assert(
      fc.property(rule, payloads, ({ text, of }, given) => {
        const engine = engineFor(text);

        const { denials } = engine.decide(requestOf(given.map((payload) => eventOf({ payload }))));

        const denied = new Set(denials.map(({ eventIndex }) => eventIndex));
        expect(given.map((_, index) => denied.has(index))).toEqual(given.map((payload) => of(payload) !== true));
        for (const { message, eventIndex } of denials) {
          const value = of(given[eventIndex ?? -1] ?? {});
          expect(message === 'no').toBe(value === false);
        }
      }),
      { numRuns: 300 },
    );
  });
});
