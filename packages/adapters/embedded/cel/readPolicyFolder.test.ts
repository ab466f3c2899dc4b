import { once } from 'node:events';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { CelPolicyEngine } from '../CelPolicyEngine.ts';
import { readPolicyFolder } from './readPolicyFolder.ts';
import { policyFolder, policyText } from './testing/policies.ts';

const SPEC = { validations: [{ expression: 'true' }] };

/** The message by which an engine refuses to start on a file `rule.yaml` with this text. */
function refusal(text: string): string {
  return refusalOf(policyFolder({ 'rule.yaml': text }));
}

function refusalOf(folder: string): string {
  try {
    new CelPolicyEngine({ folder });
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIGURATION' });
    return (error as Error).message.replace(folder, 'DIR');
  }
  return 'not refused';
}

function mounted(name: string, version: number): string {
  return policyText(name, { validations: [{ expression: 'true', message: `${version}` }] });
}

/** The messages of the policies; none where the folder changes too often to be read. */
function seenIn(folder: string): string[] {
  try {
    const values = readPolicyFolder(folder).map(({ value }) => value);
    return (values as { spec: { validations: { message: string }[] } }[]).map(
      ({ spec }) => spec.validations[0]?.message ?? '',
    );
  } catch (error) {
    expect((error as Error).message).toContain('changes while it is read');
    return [];
  }
}

/** A thread that puts one mount after the other into a folder, as Kubernetes does. */
const REMOUNT = `
const { renameSync, symlinkSync } = require('node:fs');
const { workerData: { folder, versions } } = require('node:worker_threads');
for (let version = 1; version < versions; version++) {
  symlinkSync('..' + version, folder + '/..next');
  renameSync(folder + '/..next', folder + '/..data');
  for (const begun = performance.now(); performance.now() - begun < 1; );
}
`;

function namesIn(folder: string): string[] {
  return new CelPolicyEngine({ folder }).policies.map(({ name }) => name);
}

describe('a policy file that cannot be taken stops the start, by a message', () => {
  const block = (validation: string) => `apiVersion: nexus/v1
kind: Policy
metadata:
  name: order-limit
spec:
  validations:
    - ${validation}
`;

  test.each([
    [
      'CEL that does not parse',
      block('expression: event.payload.total >'),
      'DIR/rule.yaml:7:39: policy order-limit: spec.validations[0].expression is not valid CEL',
    ],
    [
      'an unknown variable',
      block('expression: total > 1'),
      'rule.yaml:7:19: policy order-limit: spec.validations[0].expression names an unknown variable total; did you mean',
    ],
    [
      'an unknown field',
      block('expression: 1 < 2 && event.payloadd.x'),
      'reads an unknown field payloadd; did you mean payload?, at event.payloadd',
    ],
    ['YAML that does not parse', 'kind: [', 'DIR/rule.yaml:1:8: is not valid YAML'],
    [
      'a key that is there twice',
      'kind: Policy\nkind: Policy\n',
      'DIR/rule.yaml:2:1: is not valid YAML: Map keys must be unique',
    ],
    [
      'half a character',
      policyText('half', { validations: [{ expression: 'true', message: 'a\uD800b' }] }),
      'policy half: spec.validations[0].message has half a character',
    ],
    ['a file that is empty', '# nothing\n', 'DIR/rule.yaml is empty'],
    ['a text', 'hello', 'DIR/rule.yaml:1:1: must be a mapping with apiVersion, kind, metadata, spec'],
    ['another kind', 'apiVersion: nexus/v1\nkind: ConfigMap\n', 'rule.yaml:2:7: kind must be Policy, not "ConfigMap"'],
    ['another version', 'apiVersion: v1\n', 'rule.yaml:1:13: apiVersion must be nexus/v1, not "v1"'],
    [
      'no name',
      JSON.stringify({ apiVersion: 'nexus/v1', kind: 'Policy', metadata: {}, spec: SPEC }),
      'metadata.name must be a text, and is missing',
    ],
    ['no validations', policyText('a', {}), 'spec.validations must be a list, and is missing'],
    ['no validation', policyText('a', { validations: [] }), 'spec.validations must not be empty'],
    [
      'an unknown key',
      policyText('a', { ...SPEC, validationAction: ['Deny'] }),
      'spec.validationAction is unknown; did you mean validationActions?',
    ],
    [
      'an unknown key of a validation',
      policyText('a', { validations: [{ expresion: 'true' }] }),
      'spec.validations[0].expresion is unknown; did you mean expression?',
    ],
    [
      'a failure policy that lets through',
      policyText('a', { ...SPEC, failurePolicy: 'Ignore' }),
      'spec.failurePolicy must be Fail, not "Ignore"',
    ],
    [
      'an action of Kubernetes',
      policyText('a', { ...SPEC, validationActions: ['Warn'] }),
      'spec.validationActions[0] must be Deny or Audit, not "Warn"',
    ],
    [
      'two actions',
      policyText('a', { ...SPEC, validationActions: ['Deny', 'Audit'] }),
      'must be either [Deny] or [Audit]',
    ],
    [
      'an action that there is not',
      policyText('a', { ...SPEC, matchConstraints: { actions: ['write'] } }),
      'spec.matchConstraints.actions[0] must be append or import or read, not "write"',
    ],
    [
      'constraints that let in nothing',
      policyText('a', { ...SPEC, matchConstraints: { eventTypes: [] } }),
      'spec.matchConstraints.eventTypes must not be empty',
    ],
    [
      'a star amid a type',
      policyText('a', { ...SPEC, matchConstraints: { eventTypes: ['Or*er'] } }),
      'may have one star, at its end',
    ],
    [
      'event types of a read',
      policyText('a', { ...SPEC, matchConstraints: { actions: ['read'], eventTypes: ['A'] } }),
      'does not go with the action read',
    ],
    [
      'the event of a read',
      policyText('a', {
        matchConstraints: { actions: ['append', 'read'] },
        validations: [{ expression: 'event.payload.x' }],
      }),
      'a policy on reads has no event; make two policies',
    ],
    [
      'a number for a text',
      policyText('a', { validations: [{ expression: 1 }] }),
      'spec.validations[0].expression must be a text, not 1; quote it',
    ],
    [
      'a variable twice',
      policyText('a', {
        ...SPEC,
        variables: [
          { name: 'x', expression: '1' },
          { name: 'x', expression: '2' },
        ],
      }),
      'spec.variables[1].name x is there twice',
    ],
    [
      'a variable that no expression can name',
      policyText('a', { ...SPEC, variables: [{ name: 'x-y', expression: '1' }] }),
      'spec.variables[0].name must be letters, digits and _',
    ],
    [
      'a variable that comes later',
      policyText('a', {
        ...SPEC,
        variables: [
          { name: 'x', expression: 'variables.y' },
          { name: 'y', expression: '1' },
        ],
      }),
      'reads an unknown field y, at variables.y',
    ],
    [
      'a variable in a condition',
      policyText('a', {
        matchConditions: [{ name: 'c', expression: 'variables.x' }],
        variables: [{ name: 'x', expression: 'true' }],
        ...SPEC,
      }),
      'names an unknown variable variables',
    ],
    [
      'a message that is no text',
      policyText('a', { validations: [{ expression: 'true', messageExpression: '1 + 1' }] }),
      'spec.validations[0].messageExpression must give a string, and gives a int',
    ],
    [
      'an expression without end',
      policyText('a', { validations: [{ expression: `true${' && true'.repeat(2_000)}` }] }),
      'is longer than 10000 characters',
    ],
  ])('at %s', (_, text, message) => {
    expect(refusal(text)).toContain(message);
  });

  test.each([
    ['plain', 'expression: a.b'],
    ['quoted', 'expression: "a.b"'],
    ['single-quoted', "expression: 'a.b'"],
  ])('with the column within a %s scalar', (style, text) => {
    const column = style === 'plain' ? 19 : 20;

    expect(refusal(block(text))).toContain(`rule.yaml:7:${column}: policy order-limit`);
  });

  test('with line and column within a block of several lines', () => {
    const text = block('expression: |\n        event.payload.total > 1 &&\n          nobody.knows');

    expect(refusal(text)).toContain('rule.yaml:9:11: policy order-limit');
  });

  test('with both files, where two policies have one name', () => {
    const folder = policyFolder({ 'a.yaml': policyText('same', SPEC), 'sub/b.yaml': policyText('same', SPEC) });

    const message = refusalOf(folder);

    expect(message).toMatch(
      /DIR\/sub\/b\.yaml:1:\d+: policy same: metadata\.name is the name of another policy in .*a\.yaml; rename one/,
    );
  });
});

describe('a hostile policy file', () => {
  test('is refused when it multiplies itself by aliases', () => {
    const laughs = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++) {
      const [name, before] = ['abcdefghijkl'[level], 'abcdefghijkl'[level - 1]];
      laughs.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
    }

    expect(refusal(laughs.join('\n'))).toMatch(/rule\.yaml:2:8: has an alias; write the value out/);
  });

  test('is refused when it is nested without end', () => {
    expect(refusal('['.repeat(100_000))).toMatch(/rule\.yaml.* (is nested too deeply|is not valid YAML)/);
  });

  test('is refused when it is larger than 1 MiB', () => {
    expect(refusal(`# ${'x'.repeat(1024 * 1024)}`)).toContain('is larger than 1048576 bytes');
  });

  test('is refused when it is no UTF-8', () => {
    const folder = policyFolder();
    writeFileSync(join(folder, 'rule.yaml'), Buffer.from([0x61, 0xff, 0xfe]));

    expect(refusalOf(folder)).toContain('rule.yaml cannot be read');
  });

  test('cannot change what JavaScript objects inherit', () => {
    const text =
      '{"apiVersion": "nexus/v1", "kind": "Policy", "__proto__": {"polluted": true}, "metadata": {"name": "a"}}';

    expect(refusal(text)).toContain('__proto__ is unknown');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('has no tags that make anything but data', () => {
    expect(refusal('!!js/function "() => 1"')).toContain('is not valid YAML');
  });
});

describe('the folder of policies', () => {
  test('is read with its sub-folders and with several documents in a file', () => {
    const folder = policyFolder({
      'a.yaml': `${policyText('one', SPEC)}\n---\n${policyText('two', SPEC)}\n---\n`,
      'sub/deep/b.yml': policyText('three', SPEC),
    });

    expect(namesIn(folder)).toEqual(['one', 'three', 'two']);
  });

  test('may hold tests, other files, and what starts with a dot', () => {
    const folder = policyFolder({
      'a.yaml': policyText('one', SPEC),
      'a.test.yaml': '- no policy',
      'README.md': 'no policy',
      '.git/b.yaml': 'no policy',
      '.c.yaml': 'no policy',
    });

    expect(namesIn(folder)).toEqual(['one']);
  });

  test('may be mounted by Kubernetes, whose files are links within it', () => {
    const folder = policyFolder({ '..2026/a.yaml': policyText('one', SPEC) });
    symlinkSync('..2026', join(folder, '..data'));
    symlinkSync('..data/a.yaml', join(folder, 'a.yaml'));

    expect(namesIn(folder)).toEqual(['one']);
  });

  test('puts a new mount by Kubernetes into force at a reload', () => {
    const folder = policyFolder({ '..1/a.yaml': policyText('one', SPEC), '..2/a.yaml': policyText('two', SPEC) });
    symlinkSync('..1', join(folder, '..data'));
    symlinkSync('..data/a.yaml', join(folder, 'a.yaml'));
    const engine = new CelPolicyEngine({ folder });
    symlinkSync('..2', join(folder, '..next'));
    renameSync(join(folder, '..next'), join(folder, '..data'));

    engine.reload();

    expect(engine.policies.map(({ name }) => name)).toEqual(['two']);
  });

  test('is read as it was at one time, while mounts by Kubernetes replace each other', async () => {
    const versions = 400;
    const names = ['a', 'b', 'c', 'd'];
    const textOf = (version: number) => names.map((name) => [`..${version}/${name}.yaml`, mounted(name, version)]);
    const folder = policyFolder(
      Object.fromEntries(Array.from({ length: versions }, (_, version) => textOf(version)).flat()),
    );
    symlinkSync('..0', join(folder, '..data'));
    for (const name of names) symlinkSync(`..data/${name}.yaml`, join(folder, `${name}.yaml`));
    const worker = new Worker(REMOUNT, { eval: true, workerData: { folder, versions } });
    let isDone = false;
    const done = once(worker, 'exit').finally(() => {
      isDone = true;
    });
    const mixed: string[] = [];

    while (!isDone) {
      const seen = new Set(seenIn(folder));
      if (seen.size > 1) mixed.push([...seen].join(' and '));
      await new Promise((resolve) => setImmediate(resolve));
    }

    await done;
    expect(mixed).toEqual([]);
    expect(seenIn(folder)).toEqual(names.map(() => `${versions - 1}`));
  });

  test('may have sub-folders that are links within it, as Kubernetes mounts them', () => {
    const folder = policyFolder({ '..2026/team/a.yaml': policyText('one', SPEC) });
    symlinkSync('..2026', join(folder, '..data'));
    symlinkSync('..data/team', join(folder, 'team'));

    expect(namesIn(folder)).toEqual(['one']);
  });

  test.each([
    ['leads out of it', (folder: string) => symlinkSync(policyFolder(), join(folder, 'team')), 'outside the folder'],
    ['leads nowhere', (folder: string) => symlinkSync('gone', join(folder, 'team')), 'team cannot be read'],
    ['leads round in a circle', (folder: string) => symlinkSync('.', join(folder, 'team')), 'folders deep'],
  ])('is refused when a link that may be a sub-folder %s', (_, link, message) => {
    const folder = policyFolder({ 'a.yaml': policyText('one', SPEC) });

    link(folder);

    expect(refusalOf(folder)).toContain(message);
  });

  test('is refused when a link leads out of it', () => {
    const outside = policyFolder({ 'b.yaml': policyText('two', SPEC) });
    const folder = policyFolder();
    symlinkSync(join(outside, 'b.yaml'), join(folder, 'a.yaml'));

    expect(refusalOf(folder)).toContain('links to a place outside the folder');
  });

  test('is refused when a link with the name of a file is a folder', () => {
    const folder = policyFolder();
    mkdirSync(join(folder, 'sub'));
    symlinkSync('sub', join(folder, 'a.yaml'));

    expect(refusalOf(folder)).toContain('a.yaml is no file');
  });
});
