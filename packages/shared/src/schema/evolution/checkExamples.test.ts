import { describe, expect, it } from 'vitest';
import type { EvolutionRules, RegisteredSchema } from '../../ports/SchemaRegistryPort.ts';
import { checkExamples } from './checkExamples.ts';

function version(number: string, required: string[], rules: EvolutionRules = {}): RegisteredSchema {
  const properties = { name: { type: 'string' }, first: { type: 'string' }, last: { type: 'string' } };
  const schema = { type: 'object', required, properties, additionalProperties: false };
  return { eventType: 'Renamed', version: number, digest: `1:${number}`, schema, ...rules };
}

const FIRST = version('1', ['name']);
const UP = '($parts := $split(name, " "); {"first": $parts[0], "last": $parts[1]})';
const DOWN = '{"name": first & " " & last}';
const EXAMPLE = { before: { name: 'Ada King' }, after: { last: 'King', first: 'Ada' } };

function check(rules: EvolutionRules, previous: RegisteredSchema | undefined = FIRST): Promise<readonly string[]> {
  return checkExamples(previous, version('2', ['first', 'last'], rules));
}

describe('checkExamples', () => {
  it('finds nothing where rules and examples agree, in any order of keys', async () => {
    expect(await check({ up: UP, down: DOWN, examples: [EXAMPLE] })).toEqual([]);
    expect(await check({ up: ({ name }) => ({ first: String(name), last: '' }) })).toEqual([]);
    expect(await check({ down: DOWN })).toEqual([]);
    expect(await check({})).toEqual([]);
    expect(await checkExamples(undefined, FIRST)).toEqual([]);
  });

  it('lets a rule down lose what a newer version has no more', async () => {
    expect(await check({ up: UP, down: '{"name": last}', examples: [EXAMPLE] })).toEqual([]);
  });

  it('says what a rule makes instead of the example', async () => {
    expect(await check({ up: '{"first": name, "last": ""}', examples: [EXAMPLE] })).toEqual([
      'example 1: up makes {"first":"Ada King","last":""} of before, and after is {"first":"Ada","last":"King"}',
    ]);
  });

  it('says which side of an example breaks its schema', async () => {
    const examples = [EXAMPLE, { before: { name: 7 }, after: { first: 'Ada' } }];

    expect(
      await check({
        up: (payload) => (payload.name === 7 ? { first: 'Ada' } : { first: 'Ada', last: 'King' }),
        examples,
      }),
    ).toEqual([
      'example 2: before is not valid under version 1: /name must be string',
      "example 2: after is not valid under version 2: / must have required property 'last'",
    ]);
  });

  it('says where a rule down makes what the version before does not allow, or fails', async () => {
    expect(await check({ up: UP, down: '{"nom": last}', examples: [EXAMPLE] })).toEqual([
      "example 1: what down makes of after is not valid under version 1: / must have required property 'name'",
    ]);
    expect(await check({ up: UP, down: '$error("no way back")', examples: [EXAMPLE] })).toEqual([
      'example 1: down: it fails: no way back (JSONata D3137, at position 7)',
    ]);
  });

  it('says where a rule down alone is no expression', async () => {
    expect(await check({ down: '$now()' })).toHaveLength(1);
  });

  it('says where a rule is no expression, before it runs any example', async () => {
    expect(await check({ up: '{"first": }', down: '$now()', examples: [EXAMPLE] })).toEqual([
      'up: rule is no JSONata expression: The symbol "}" cannot be used as a unary operator, at position 11',
      'down: rule uses $now; a rule must give the same for the same payload each time, at position 4',
    ]);
  });

  it('says that an example cannot be checked where its schema is none', async () => {
    const broken = { ...FIRST, schema: { type: 'strin' } };

    const [fault] = await check({ up: UP, examples: [EXAMPLE] }, broken);

    expect(fault).toMatch(/^example 1: before cannot be checked: schema cannot be compiled: /);
  });

  it('says where a rule up fails', async () => {
    expect(await check({ up: '$error("no way")', examples: [EXAMPLE] })).toEqual([
      'example 1: up: it fails: no way (JSONata D3137, at position 7)',
    ]);
  });

  it('says that there is nothing to test or to lift from', async () => {
    expect(await check({ examples: [EXAMPLE] })).toEqual(['there are examples, and no rule up that they could test']);
    expect(await checkExamples(undefined, version('1', ['name'], { up: '$' }))).toEqual([
      'version 1 is the first, so that it can have no rules and no examples',
    ]);
  });
});
