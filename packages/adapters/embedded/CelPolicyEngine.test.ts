import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, digestOfText, type LoggerPort, SYSTEM_CLOCK } from '@nexus/shared';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CelPolicyEngine } from './CelPolicyEngine.ts';
import { engineFor, engineOf, eventOf, policyFolder, policyText, requestOf } from './cel/testing/policies.ts';

const TOTAL_MAX = { validations: [{ expression: 'event.payload.total <= 100', message: 'the total is too high' }] };

describe('CelPolicyEngine.decide', () => {
  test('allows with nothing matched where there is no policy', () => {
    const engine = new CelPolicyEngine({ folder: policyFolder() });

    const decision = engine.decide(requestOf([eventOf()]));

    expect(decision).toEqual({ decision: 'allow', engine: 'cel', revision: engine.revision, matched: [], denials: [] });
  });

  test('denies with policy, message and the index of the event', () => {
    const engine = engineOf(TOTAL_MAX);

    const decision = engine.decide(
      requestOf([eventOf({ payload: { total: 100 } }), eventOf({ payload: { total: 100.5 } })]),
    );

    expect(decision.decision).toBe('deny');
    expect(decision.matched).toEqual(['rule']);
    expect(decision.denials).toEqual([{ policy: 'rule', message: 'the total is too high', eventIndex: 1 }]);
  });

  test('demands that every policy that matches holds, and names all that deny', () => {
    const folder = policyFolder({
      'b.yaml': policyText('second', { validations: [{ expression: "event.payload.currency == 'EUR'" }] }),
      'sub/a.yml': policyText('first', TOTAL_MAX),
      'c.yaml': policyText('third', { validations: [{ expression: 'true' }] }),
    });
    const engine = new CelPolicyEngine({ folder });

    const decision = engine.decide(requestOf([eventOf({ payload: { total: 101, currency: 'USD' } })]));

    expect(decision.matched).toEqual(['first', 'second', 'third']);
    expect(decision.denials.map(({ policy, message }) => [policy, message])).toEqual([
      ['first', 'the total is too high'],
      ['second', "failed expression: event.payload.currency == 'EUR'"],
    ]);
  });

  test('reports every validation of a policy that fails', () => {
    const engine = engineOf({
      validations: [{ expression: '1 > 2' }, { expression: 'true' }, { expression: '2 > 3' }],
    });

    const { denials } = engine.decide(requestOf([eventOf()]));

    expect(denials.map(({ message }) => message)).toEqual(['failed expression: 1 > 2', 'failed expression: 2 > 3']);
  });

  test('lets others run where an append of many events takes long, and stops when nobody waits any more', async () => {
    const engine = engineOf({ validations: [{ expression: 'event.payload.l.all(x, x > 0 || x < 1)' }] });
    const event = eventOf({ payload: { l: Array.from({ length: 20_000 }, (_, index) => index) } });
    const request = requestOf(Array.from({ length: 10 }, () => event));
    const stopped = new AbortController();

    const [small, large] = [engine.decide(requestOf([event]), {}), engine.decide(request, {})];
    const late = Promise.resolve(engine.decide(request, { signal: stopped.signal })).catch((error: unknown) => error);
    const turn = new Promise((resolve) => setImmediate(() => resolve('turn')));
    stopped.abort(new RangeError('too late'));

    expect(small).toMatchObject({ decision: 'allow' });
    expect(await Promise.race([large, turn])).toBe('turn');
    expect(await large).toEqual(engine.decide(request));
    expect(await late).toEqual(new RangeError('too late'));
  });

  test('only observes what a policy of Audit would deny, errors included', () => {
    const engine = engineOf({ ...TOTAL_MAX, validationActions: ['Audit'] });

    const high = engine.decide(requestOf([eventOf({ payload: { total: 101 } })]));
    const broken = engine.decide(requestOf([eventOf()]));

    expect(high).toMatchObject({ decision: 'allow', matched: ['rule'], denials: [] });
    expect(high.observed).toEqual([{ policy: 'rule', message: 'the total is too high', eventIndex: 0 }]);
    expect(broken.decision).toBe('allow');
    expect(broken.observed?.[0]?.message).toMatch(/cannot be evaluated: field not found: total/);
  });

  test.each([
    ['a field that is missing', {}, 'field not found: total, at event.payload.total'],
    ['a text where a number is compared', { total: 'much' }, "found no matching overload for '_<=_'"],
    ['a null', { total: null }, "found no matching overload for '_<=_'"],
  ])('denies by %s, and names expression and field', (_, payload, said) => {
    const { decision, denials } = engineOf(TOTAL_MAX).decide(requestOf([eventOf({ payload })]));

    expect(decision).toBe('deny');
    expect(denials[0]?.message).toContain('event.payload.total <= 100 cannot be evaluated');
    expect(denials[0]?.message).toContain(said);
  });

  test('denies what is neither true nor false', () => {
    const { denials } = engineFor('event.payload.ok').decide(requestOf([eventOf({ payload: { ok: 'yes' } })]));

    expect(denials[0]?.message).toBe('event.payload.ok is no truth value');
  });

  test('makes its message by messageExpression, and falls back where that fails or is empty', () => {
    const engine = engineOf({
      validations: [
        { expression: 'false', message: 'plain', messageExpression: "'total ' + string(event.payload.total)" },
      ],
    });
    const empty = engineOf({ validations: [{ expression: 'false', message: 'plain', messageExpression: "' '" }] });

    const made = engine.decide(requestOf([eventOf({ payload: { total: 5 } })]));
    const failed = engine.decide(requestOf([eventOf()]));
    const blank = empty.decide(requestOf([eventOf()]));

    expect([made, failed, blank].map(({ denials }) => denials[0]?.message)).toEqual(['total 5', 'plain', 'plain']);
  });

  test('keeps a message short whatever the event holds', () => {
    const engine = engineOf({ validations: [{ expression: 'false', messageExpression: 'event.payload.text' }] });

    const { denials } = engine.decide(requestOf([eventOf({ payload: { text: 'x'.repeat(100_000) } })]));

    expect(denials[0]?.message.length).toBeLessThan(1_010);
  });

  test('keeps the number of denials bounded', () => {
    const events = Array.from({ length: 500 }, () => eventOf());

    const engine = engineOf({
      validations: [{ expression: 'false' }, { expression: '1 > 2' }, { expression: '2 > 3' }],
    });

    const { decision, denials } = engine.decide(requestOf(events));

    expect(decision).toBe('deny');
    expect(denials).toHaveLength(100);
  });

  test('sees principal, action, resource, event and now', () => {
    const engine = engineFor(
      [
        "principal.id == 'ada' && principal.client == 'shop' && 'clerk' in principal.roles",
        "action == 'append' && resource.aggregateId == 'order-1' && resource.aggregateType == 'Order'",
        "resource.aggregateVersion % 2 == 1 && resource.eventType == 'OrderPlaced'",
        "event.eventId == 'e1' && event.metadata.correlationId == 'c' && event.aggregateVersion == 1",
        "timestamp(event.timestamp) == now && now.getFullYear() == 2026 && now - duration('1h') < now",
      ].join(' && '),
    );

    const { denials } = engine.decide(
      requestOf([eventOf({ aggregateType: 'Order', metadata: { correlationId: 'c' } })]),
    );

    expect(denials).toEqual([]);
  });

  test('tells a field that is absent from one that is there', () => {
    const engine = engineFor('has(event.aggregateType) && has(resource.aggregateType)');

    expect(engine.decide(requestOf([eventOf()])).decision).toBe('deny');
    expect(engine.decide(requestOf([eventOf({ aggregateType: 'Order' })])).decision).toBe('allow');
  });

  test('takes __proto__ and constructor for data, and changes no event', () => {
    const payload = JSON.parse('{"__proto__":{"admin":true},"constructor":{"name":"x"},"list":[{"constructor":1}]}');
    const before = JSON.stringify(payload);
    const engine = engineFor(
      "event.payload.constructor.name == 'x' && !has(event.payload.admin) && event.payload['__proto__'].admin && event.payload.list[0].constructor == 1 && !has(event.payload.toString)",
    );

    const { denials } = engine.decide(requestOf([eventOf({ payload })]));

    expect(denials).toEqual([]);
    expect(JSON.stringify(payload)).toBe(before);
  });

  test('decides on reads by the aggregate alone, and only by policies that say so', () => {
    const folder = policyFolder({
      'read.yaml': policyText('secret', {
        matchConstraints: { actions: ['read'], aggregates: ['secret-*'] },
        validations: [{ expression: "'auditor' in principal.roles", message: 'for auditors' }],
      }),
      'append.yaml': policyText('no-appends', { validations: [{ expression: 'false' }] }),
    });
    const engine = new CelPolicyEngine({ folder });
    const read = (aggregateId: string, roles: string[]) =>
      engine.decide(requestOf([], { action: 'read', aggregateId, principal: { id: 'ada', roles, client: 'shop' } }));

    expect(read('secret-1', ['clerk'])).toMatchObject({
      decision: 'deny',
      matched: ['secret'],
      denials: [{ policy: 'secret', message: 'for auditors' }],
    });
    expect(read('secret-1', ['auditor'])).toMatchObject({ decision: 'allow', matched: ['secret'] });
    expect(read('order-1', ['clerk'])).toMatchObject({ decision: 'allow', matched: [] });
  });

  test.each([
    [{ eventTypes: ['OrderPlaced'] }, {}, true],
    [{ eventTypes: ['Order'] }, {}, false],
    [{ eventTypes: ['Order*'] }, {}, true],
    [{ eventTypes: ['Customer*', 'OrderPlaced'] }, {}, true],
    [{ aggregateTypes: ['Order'] }, { aggregateType: 'Order' }, true],
    [{ aggregateTypes: ['Order'] }, {}, false],
    [{ aggregates: ['order-*'] }, {}, true],
    [{ aggregates: ['*-1'] }, {}, true],
    [{ aggregates: ['o*er*1'] }, {}, true],
    [{ aggregates: ['o*z*1'] }, {}, false],
    [{ aggregates: ['order-1*1'] }, {}, false],
    [{ aggregates: ['order-*'], eventTypes: ['Other'] }, {}, false],
    [{ actions: ['import'] }, {}, false],
    [{ actions: ['append'] }, {}, true],
  ])('constraints %j on %j apply: %s', (matchConstraints, fields, applies) => {
    const engine = engineOf({ matchConstraints, validations: [{ expression: 'true' }] });

    const { matched } = engine.decide(requestOf([eventOf(fields)]));

    expect(matched).toEqual(applies ? ['rule'] : []);
  });

  test('is about appends alone unless it says otherwise, so that history is not refused by the rules of today', () => {
    const engine = engineFor('false');

    expect(engine.decide(requestOf([eventOf()], { action: 'append' })).decision).toBe('deny');
    expect(engine.decide(requestOf([eventOf()], { action: 'import' })).decision).toBe('allow');
    expect(engine.decide(requestOf([], { action: 'read', aggregateId: 'order-1' })).decision).toBe('allow');
  });

  test('does not apply where a condition is false, and denies where one cannot be evaluated', () => {
    const engine = engineOf({
      matchConditions: [{ name: 'large', expression: 'event.payload.total > 100' }],
      validations: [{ expression: "'manager' in principal.roles", message: 'ask a manager' }],
    });
    const decide = (payload: { total?: number }) => engine.decide(requestOf([eventOf({ payload })]));

    expect(decide({ total: 100 })).toMatchObject({ decision: 'allow', matched: [] });
    expect(decide({ total: 101 }).denials[0]?.message).toBe('ask a manager');
    expect(decide({}).denials[0]?.message).toContain('event.payload.total > 100 cannot be evaluated');
  });

  test('does not apply where one condition is false, even when another cannot be evaluated', () => {
    const engine = engineOf({
      matchConditions: [
        { name: 'broken', expression: 'event.payload.missing > 1' },
        { name: 'never', expression: "event.eventType == 'Other'" },
      ],
      validations: [{ expression: 'false' }],
    });

    expect(engine.decide(requestOf([eventOf()]))).toMatchObject({ decision: 'allow', matched: [] });
  });

  test('evaluates a variable once, when it is used, and names it where it fails', () => {
    const engine = engineOf({
      variables: [
        { name: 'net', expression: 'event.payload.net' },
        { name: 'gross', expression: 'variables.net * 1.19' },
      ],
      validations: [
        { expression: '!has(event.payload.net) || variables.gross < 119.1' },
        { expression: 'variables.gross > 0' },
      ],
    });
    const messages = (payload: { net?: number }) =>
      engine.decide(requestOf([eventOf({ payload })])).denials.map(({ message }) => message);

    expect(messages({ net: 100 })).toEqual([]);
    expect(messages({ net: 101 })).toHaveLength(1);
    expect(messages({})).toEqual([
      'variables.gross > 0 cannot be evaluated: variables.gross: variables.net * 1.19 cannot be evaluated: variables.net: event.payload.net cannot be evaluated: field not found: net',
    ]);
  });
});

describe('CelPolicyEngine.source', () => {
  test('is the text whose digest the revision is, and makes an engine that decides alike', () => {
    const engine = engineOf({
      matchConstraints: { eventTypes: ['Order*'], aggregates: ['o*'] },
      matchConditions: [{ name: 'clerk', expression: "'clerk' in principal.roles" }],
      variables: [{ name: 't', expression: 'event.payload.total' }],
      validations: [
        { expression: 'variables.t < 5', message: 'm', messageExpression: 'string(variables.t)', reason: 'Invalid' },
      ],
      validationActions: ['Audit'],
    });
    const source = engine.source(engine.revision) ?? '';
    const request = requestOf([eventOf({ payload: { total: 7 } })]);

    const again = CelPolicyEngine.fromSource(source);

    expect(digestOfText(source)).toBe(engine.revision);
    expect(again.revision).toBe(engine.revision);
    expect(again.decide(request)).toEqual(engine.decide(request));
    expect(again.decide(request).observed).toEqual([{ policy: 'rule', message: '7', eventIndex: 0 }]);
  });

  test('does not depend on files, their order or their comments, but on every rule', () => {
    const [a, b] = [policyText('a', TOTAL_MAX), policyText('b', { validations: [{ expression: 'true' }] })];
    const one = new CelPolicyEngine({ folder: policyFolder({ 'x.yaml': `# hello\n${b}\n---\n${a}\n` }) });
    const two = new CelPolicyEngine({ folder: policyFolder({ 'p/a.yaml': a, 'q/b.yml': b }) });
    const three = new CelPolicyEngine({ folder: policyFolder({ 'a.yaml': a.replace('100', '101'), 'b.yaml': b }) });

    expect(two.revision).toBe(one.revision);
    expect(three.revision).not.toBe(one.revision);
  });

  test('holds the revisions before as well, up to a bound', () => {
    const folder = policyFolder({ 'a.yaml': policyText('a', TOTAL_MAX) });
    const engine = new CelPolicyEngine({ folder });
    const revisions = [engine.revision];
    for (let limit = 0; limit < 40; limit++) {
      writeFileSync(
        join(folder, 'a.yaml'),
        policyText('a', { validations: [{ expression: `event.payload.n < ${limit}` }] }),
      );
      engine.reload();
      revisions.push(engine.revision);
    }

    const kept = revisions.filter((revision) => engine.source(revision) !== undefined);

    expect(new Set(revisions).size).toBe(41);
    expect(kept).toEqual(revisions.slice(-32));
    expect(engine.source('1:unknown')).toBeUndefined();
  });

  test.each(['', 'null', '[]', '{"kind":"PolicySet"}', '{"kind":"PolicySet","policies":[1]}'])(
    'refuses the text %j',
    (text) => {
      expect(() => CelPolicyEngine.fromSource(text)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
    },
  );
});

describe('CelPolicyEngine.reload', () => {
  test('puts an edit into force', () => {
    const folder = policyFolder({ 'a.yaml': policyText('a', TOTAL_MAX) });
    const log = logger();
    const engine = new CelPolicyEngine({ folder, logger: log });
    const before = engine.revision;
    writeFileSync(join(folder, 'a.yaml'), policyText('a', { validations: [{ expression: 'true' }] }));

    engine.reload();

    expect(engine.decide(requestOf([eventOf()])).decision).toBe('allow');
    expect(log.lines).toEqual([['info', { engine: 'cel', before, revision: engine.revision }]]);
  });

  test('says nothing of an edit that changes no rule', () => {
    const folder = policyFolder({ 'a.yaml': policyText('a', TOTAL_MAX) });
    const log = logger();
    const engine = new CelPolicyEngine({ folder, logger: log });
    const before = engine.revision;
    writeFileSync(join(folder, 'a.yaml'), `# a comment\n${policyText('a', TOTAL_MAX)}`);

    engine.reload();

    expect(engine.revision).toBe(before);
    expect(log.lines).toEqual([]);
  });

  test.each<[string, (folder: string) => void]>([
    ['a policy that is broken', (folder) => writeFileSync(join(folder, 'b.yaml'), 'kind: [')],
    [
      'an expression that is broken',
      (folder) => writeFileSync(join(folder, 'a.yaml'), policyText('a', { validations: [{ expression: '1 +' }] })),
    ],
    ['a folder that vanished', (folder) => rmSync(folder, { recursive: true })],
    ['a file that is empty', (folder) => writeFileSync(join(folder, 'a.yaml'), '')],
    ['a folder that has lost its policies', (folder) => rmSync(join(folder, 'a.yaml'))],
    ['a link that leads nowhere', (folder) => symlinkSync('/nowhere.yaml', join(folder, 'b.yaml'))],
  ])('keeps the policies before at %s, and says so', (_, damage) => {
    const folder = policyFolder({ 'a.yaml': policyText('a', TOTAL_MAX) });
    const log = logger();
    const engine = new CelPolicyEngine({ folder, logger: log });
    const before = engine.revision;
    damage(folder);

    const reload = () => engine.reload();

    expect(reload).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
    expect(engine.revision).toBe(before);
    expect(engine.decide(requestOf([eventOf({ payload: { total: 101 } })])).decision).toBe('deny');
    expect(log.lines.map(([level]) => level)).toEqual(['error']);
  });
});

describe('CelPolicyEngine with watch', () => {
  test('puts a good edit into force, keeps what was in force at a broken one, and tells of both', async () => {
    const folder = policyFolder({ 'a.yaml': policyText('a', TOTAL_MAX) });
    const log = logger();
    const engine = watching(folder, log);
    const before = engine.revision;

    writeFileSync(
      join(folder, 'a.yaml'),
      policyText('a', { validations: [{ expression: 'event.payload.total <= 200' }] }),
    );
    await log.said('info');
    const after = engine.revision;
    writeFileSync(join(folder, 'a.yaml'), 'apiVersion: [');
    await log.said('error');

    expect(log.lines.find(([level]) => level === 'info')?.[1]).toEqual({ engine: 'cel', before, revision: after });
    expect(engine.revision).toBe(after);
    expect(engine.decide(requestOf([eventOf({ payload: { total: 201 } })])).decision).toBe('deny');
  });

  test('sees sub-folders, and a folder that is replaced as a whole', async () => {
    const folder = policyFolder({ 'sub/a.yaml': policyText('a', TOTAL_MAX) });
    const next = policyFolder({ 'b.yaml': policyText('b', TOTAL_MAX) });
    const log = logger();
    const engine = watching(folder, log);

    writeFileSync(join(folder, 'sub/a.yaml'), policyText('a2', TOTAL_MAX));
    await log.said('info');
    const inSub = engine.policies.map(({ name }) => name);
    renameSync(folder, `${folder}-old`);
    onTestFinished(() => rmSync(`${folder}-old`, { recursive: true, force: true }));
    await log.said('warn');
    await log.said('error');
    mkdirSync(folder);
    renameSync(join(next, 'b.yaml'), join(folder, 'b.yaml'));
    await log.said('info', 2);

    expect(inSub).toEqual(['a2']);
    expect(log.lines.filter(([level]) => level === 'warn')).toHaveLength(1);
    expect(engine.policies.map(({ name }) => name)).toEqual(['b']);
  });

  test('sees the swap by which Kubernetes changes a mount', async () => {
    const folder = policyFolder({
      '..1/a.yaml': policyText('a', TOTAL_MAX),
      '..2/a.yaml': policyText('a2', TOTAL_MAX),
    });
    symlinkSync('..1', join(folder, '..data'));
    symlinkSync('..data/a.yaml', join(folder, 'a.yaml'));
    const log = logger();
    const engine = watching(folder, log);

    symlinkSync('..2', join(folder, '..next'));
    renameSync(join(folder, '..next'), join(folder, '..data'));
    await log.said('info');

    expect(engine.policies.map(({ name }) => name)).toEqual(['a2']);
  });

  test('sees that the folder, a link, is set anew', async () => {
    const one = policyFolder({ 'a.yaml': policyText('a', TOTAL_MAX) });
    const two = policyFolder({ 'b.yaml': policyText('b', TOTAL_MAX) });
    const links = policyFolder();
    symlinkSync(one, join(links, 'current'));
    const log = logger();
    const engine = watching(join(links, 'current'), log);

    symlinkSync(two, join(links, 'next'));
    renameSync(join(links, 'next'), join(links, 'current'));
    await log.said('info');

    expect(engine.policies.map(({ name }) => name)).toEqual(['b']);
  });

  test('stops when it is closed', async () => {
    const folder = policyFolder({ 'a.yaml': policyText('a', TOTAL_MAX) });
    const log = logger();
    const closed = watching(folder, log);
    const other = logger();
    watching(folder, other);
    const before = closed.revision;

    closed.close();
    writeFileSync(join(folder, 'a.yaml'), policyText('a', { validations: [{ expression: 'true' }] }));
    await other.said('info');

    expect(closed.revision).toBe(before);
    expect(log.lines).toEqual([]);
  });
});

describe('new CelPolicyEngine', () => {
  test('refuses a folder that does not exist, and options that there are not', () => {
    const absent = () => new CelPolicyEngine({ folder: '/nowhere/at/all' });
    const misspelt = () => new CelPolicyEngine({ folder: policyFolder(), wach: true } as never);

    expect(absent).toThrow(/\/nowhere\/at\/all cannot be read/);
    expect(misspelt).toThrow(/wach is no setting; did you mean watch/);
  });

  test('says in the log that a folder holds no policy', () => {
    const log = logger();
    const folder = policyFolder();

    new CelPolicyEngine({ folder, logger: log });

    expect(log.lines).toEqual([['warn', { folder }]]);
  });

  test('tells what it has loaded', () => {
    const engine = engineOf({
      ...TOTAL_MAX,
      variables: [{ name: 'a', expression: '1' }],
      validationActions: ['Audit'],
    });

    expect(engine.policies).toEqual([
      {
        name: 'rule',
        file: expect.stringMatching(/rule\.yaml$/),
        validationActions: ['Audit'],
        matchConditions: 0,
        variables: 1,
        validations: 1,
      },
    ]);
  });
});

describe('CelPolicyEngine.explain', () => {
  test('says of each policy whether it applies, and what its expressions give', () => {
    const folder = policyFolder({
      'a.yaml': policyText('a', {
        matchConditions: [{ name: 'large', expression: 'event.payload.total > 100' }],
        validations: [{ expression: 'false' }],
      }),
      'b.yaml': policyText('b', {
        variables: [{ name: 'half', expression: 'event.payload.total / 2.0' }],
        validations: [
          { expression: 'variables.half > 40', message: 'too little', reason: 'Invalid' },
          { expression: 'event.payload.x' },
        ],
      }),
      'c.yaml': policyText('c', { matchConstraints: { eventTypes: ['Other'] }, validations: [{ expression: 'true' }] }),
    });

    const { decision, events } = new CelPolicyEngine({ folder }).explain(
      requestOf([eventOf({ payload: { total: 80 } })]),
    );

    expect(decision).toBe('deny');
    expect(events[0]?.policies).toMatchObject([
      { policy: 'a', applies: false, because: 'matchCondition large is false', decision: 'none' },
      {
        policy: 'b',
        applies: true,
        decision: 'deny',
        variables: [{ name: 'half', value: '40' }],
        validations: [
          { expression: 'variables.half > 40', value: false, message: 'too little', reason: 'Invalid' },
          { expression: 'event.payload.x', failure: expect.stringContaining('field not found: x') },
        ],
      },
      { policy: 'c', applies: false, because: 'matchConstraints.eventTypes does not match', decision: 'none' },
    ]);
  });
});

type Line = [level: 'debug' | 'info' | 'warn' | 'error', fields: object];

/** A logger that keeps its lines, and tells when one of a level was said. */
function logger(): LoggerPort & { lines: Line[]; said(level: Line[0], times?: number): Promise<void> } {
  const lines: Line[] = [];
  let waiting: (() => void)[] = [];
  const say = (level: Line[0]) => (fields: object) => {
    lines.push([level, fields]);
    for (const wake of waiting) wake();
    waiting = [];
  };
  const said = async (level: Line[0], times = 1): Promise<void> => {
    while (lines.filter(([one]) => one === level).length < times) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error'), lines, said };
}

function watching(folder: string, log: LoggerPort): CelPolicyEngine {
  // What waits for an edit to settle waits for the next turn of the loop.
  const clock: Clock = { ...SYSTEM_CLOCK, sleep: () => new Promise((resolve) => setImmediate(resolve)) };
  const engine = new CelPolicyEngine({ folder, watch: true, logger: log, clock });
  onTestFinished(() => engine.close());
  return engine;
}
