import { describe, expect, it } from 'vitest';
import type { PayloadRule } from '../../ports/SchemaRegistryPort.ts';
import type { JsonObject } from '../../types/json.ts';
import { applyRule } from './applyRule.ts';

async function reasonOf(rule: unknown, payload: JsonObject = {}): Promise<string> {
  const outcome = await applyRule(rule as PayloadRule, payload);
  return 'reason' in outcome ? outcome.reason : `none, but ${JSON.stringify(outcome.payload).slice(0, 1_000)}`;
}

describe('applyRule', () => {
  it('gives what a function or an expression makes', async () => {
    const payload = { name: 'Ada' };

    expect(applyRule(({ name }) => ({ full: name as string }), payload)).toEqual({ payload: { full: 'Ada' } });
    expect(await applyRule('{"full": name}', payload)).toEqual({ payload: { full: 'Ada' } });
  });

  it('keeps null', () => {
    expect(applyRule(() => ({ a: [null] }), {})).toEqual({ payload: { a: [null] } });
  });

  it('keeps keys with escapes apart, whatever payload came before', () => {
    const keys = ['\\', '"', '\n'];

    const outcomes = keys.map((key) => applyRule((own) => own, { first: 1, [key]: 2 }));

    expect(outcomes).toEqual(keys.map((key) => ({ payload: { first: 1, [key]: 2 } })));
  });

  it('hides the payload from the rule: what it changes is its own', async () => {
    const payload = { lines: [{ price: 1 }] };
    const text = JSON.stringify(payload);

    await applyRule((own) => Object.assign(own.lines as object, { 0: 'changed' }) && own, payload);
    await applyRule('$ ~> | lines | {"price": 2} |', payload);

    expect(JSON.stringify(payload)).toBe(text);
  });

  it('shares nothing between what it makes of two payloads', () => {
    const shared = { tags: ['a'] };

    const [first, second] = [applyRule(() => shared, {}), applyRule(() => shared, {})] as { payload: JsonObject }[];

    expect(first?.payload).toEqual(shared);
    expect(first?.payload).not.toBe(shared);
    expect(first?.payload.tags).not.toBe(second?.payload.tags);
  });

  it('keeps keys that objects inherit as data, in the order of the rule', async () => {
    const payload = JSON.parse('{"b":1,"__proto__":{"x":1},"constructor":2}') as JsonObject;

    for (const rule of [(own: JsonObject) => own, '$', '$merge([$])']) {
      const outcome = await applyRule(rule, payload);
      expect(JSON.stringify(outcome)).toBe('{"payload":{"b":1,"__proto__":{"x":1},"constructor":2}}');
    }
  });

  it('makes 0 of -0, which a payload cannot hold', async () => {
    const outcome = await applyRule('{"delta": -amount}', { amount: 0 });

    expect(outcome).toEqual({ payload: { delta: 0 } });
  });

  it.each([
    [() => undefined, 'it makes nothing, and a payload must be a plain object'],
    [() => null, 'it makes null, and a payload must be a plain object'],
    [() => [1], 'it makes an array, and a payload must be a plain object'],
    [() => 'text', 'it makes a string, and a payload must be a plain object'],
    [() => new Map(), 'it makes an instance of a class, and a payload must be a plain object'],
    [async () => ({}), 'it is asynchronous; write a function that returns the payload itself'],
    [() => ({ a: Number.NaN }), 'of what it makes, /payload/a is NaN; numbers must be finite'],
    [() => ({ a: { b: undefined } }), 'of what it makes, /payload/a/b is undefined, which JSON cannot hold'],
    [() => ({ at: new Date(0) }), 'of what it makes, /payload/at is an instance of a class'],
    ['missing', 'it makes nothing, and a payload must be a plain object'],
    ['[1, 2]', 'it makes an array, and a payload must be a plain object'],
    ['{"f": function($x) { $x }}', 'of what it makes, /payload/f'],
    [
      () => {
        throw new TypeError('no currency');
      },
      'it fails: no currency',
    ],
    ['$error("no currency")', 'it fails: no currency (JSONata D3137, at position 7)'],
    ['$assert(false, "no" & $string($))', 'it fails: the expression raises an error of its own (JSONata D3141'],
    ['{"a": $map([1..2000], function($i) { $sum([1..90000]) })}', 'it fails: it goes over more than 20000000 elements'],
    [
      '($large := {"a": [1..2000]}; {"a": $map([1..1000], function($i) { $large })})',
      'what it makes is too large for a payload',
    ],
    [() => ({ a: 'a'.repeat(40_000_000) }), 'what it makes is too large for a payload'],
    ['{"a": }', 'it fails: rule is no JSONata expression'],
  ])('says why %s makes no payload', async (rule, reason) => {
    expect(await reasonOf(rule)).toContain(reason);
  });

  it('keeps an error as the cause, and nothing of what JSONata throws', async () => {
    const error = new TypeError('no currency');
    const fail = () => {
      throw error;
    };

    expect(applyRule(fail, {})).toEqual({ reason: 'it fails: no currency', cause: error });
    expect(await applyRule('$error("no currency")', {})).not.toHaveProperty('cause');
  });

  it('cuts a long reason, between whole characters', async () => {
    const fail = () => {
      throw new TypeError(`x${'😀'.repeat(1_000)}`);
    };

    const reason = await reasonOf(fail);

    expect(reason).toHaveLength(300);
    expect(reason.isWellFormed()).toBe(true);
  });

  it('says what is thrown that is no error', async () => {
    const fail = (thrown: unknown) => () => {
      throw thrown;
    };

    expect(await reasonOf(fail('gone'))).toBe('it fails: gone');
    expect(await reasonOf(fail(null))).toBe('it fails: null');
    expect(await reasonOf(fail({ code: 7, message: 'seven' }))).toMatch(/\(JSONata 7\)$/);
  });

  it('refuses what is nested deeper than a payload may be', async () => {
    const nest = () => Array.from({ length: 70 }).reduce<JsonObject>((inner) => ({ inner }), {});

    expect(await reasonOf(nest)).toContain('is nested deeper than 64 levels');
  });

  it('quotes no value of the payload where an expression fails on it', async () => {
    const outcome = await applyRule('{"a": $number(secret)}', { secret: 'hunter2' });

    expect(outcome).toEqual({
      reason: 'it fails: a value is not what the expression needs (JSONata D3030, at position 14)',
    });
  });

  it('takes a payload whose text is a name that JSONata keeps for itself', async () => {
    expect(await applyRule('$', { note: '_jsonata_lambda' })).toEqual({ payload: { note: '_jsonata_lambda' } });
  });

  it.each(['_jsonata_lambda', '_jsonata_function'])('refuses a payload with the key %s', async (key) => {
    const payload = { customer: { [key]: true, name: 'Ada' } };

    expect(await reasonOf('{"name": customer.name}', payload)).toBe(
      'the payload has the key _jsonata_lambda or _jsonata_function, which JSONata keeps for itself',
    );
    expect(await reasonOf((own: JsonObject) => own, payload)).toMatch(/^none/);
  });
});
