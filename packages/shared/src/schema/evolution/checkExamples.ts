import { canonicalJson } from '../../governance/digest.ts';
import type { RegisteredSchema, UpcastExample } from '../../ports/SchemaRegistryPort.ts';
import type { JsonObject } from '../../types/json.ts';
import { compileSchema } from '../compileSchema.ts';
import { applyRule } from './applyRule.ts';
import { parseRule } from './parseRule.ts';

/**
 * Runs the rules beside a schema on its examples: `before` is valid under the version before, `up` makes exactly
 * `after` of it, which is valid under this version, and what `down` makes of `after` is valid under the version before.
 * `down` need not give `before` back: a newer version may know less.
 *
 * @param previous - the active version before; `undefined` for the first one
 * @returns what is wrong, one sentence each, `[]` if nothing is; never throws
 */
export async function checkExamples(
  previous: RegisteredSchema | undefined,
  schema: RegisteredSchema,
): Promise<readonly string[]> {
  const { up, down, examples = [], version } = schema;
  const hasRules = up !== undefined || down !== undefined || examples.length > 0;
  if (!hasRules) return [];
  if (previous === undefined) return [`version ${version} is the first, so that it can have no rules and no examples`];
  const faults = [...faultOfRule('up', up), ...faultOfRule('down', down)];
  if (examples.length > 0 && up === undefined) faults.push('there are examples, and no rule up that they could test');
  if (faults.length > 0) return faults;
  for (const [index, example] of examples.entries()) {
    const own = await checkExample(example, previous, schema);
    faults.push(...own.map((fault) => `example ${index + 1}: ${fault}`));
  }
  return faults;
}

function faultOfRule(name: string, rule: RegisteredSchema['up']): string[] {
  if (rule === undefined || typeof rule === 'function') return [];
  try {
    parseRule(rule);
    return [];
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function checkExample(
  { before, after }: UpcastExample,
  previous: RegisteredSchema,
  schema: RegisteredSchema,
): Promise<string[]> {
  return [
    ...validity('before', before, previous),
    ...validity('after', after, schema),
    ...(schema.up === undefined ? [] : await checkUp(schema.up, before, after)),
    ...(schema.down === undefined ? [] : await checkDown(schema.down, after, previous)),
  ];
}

async function checkUp(up: NonNullable<RegisteredSchema['up']>, before: JsonObject, after: JsonObject) {
  const outcome = await applyRule(up, before);
  if (!('payload' in outcome)) return [`up: ${outcome.reason}`];
  const [made, expected] = [canonicalJson(outcome.payload), canonicalJson(after)];
  return made === expected ? [] : [`up makes ${made} of before, and after is ${expected}`];
}

async function checkDown(down: NonNullable<RegisteredSchema['down']>, after: JsonObject, previous: RegisteredSchema) {
  const outcome = await applyRule(down, after);
  return 'payload' in outcome
    ? validity('what down makes of after', outcome.payload, previous)
    : [`down: ${outcome.reason}`];
}

function validity(what: string, payload: JsonObject, { schema, version }: RegisteredSchema): string[] {
  try {
    const [fault] = compileSchema(schema)(payload);
    if (fault === undefined) return [];
    return [`${what} is not valid under version ${version}: ${fault.instancePath || '/'} ${fault.message}`];
  } catch (error) {
    return [`${what} cannot be checked: ${error instanceof Error ? error.message : String(error)}`];
  }
}
