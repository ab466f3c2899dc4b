import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CelPolicyEngine, FileSchemaRegistry, InMemoryEventStore } from '@nexus/adapters/embedded';
import {
  type DomainEvent,
  digestOfText,
  type GovernedEventStoreOptions,
  nextEvents,
  type PolicyPort,
} from '@nexus/shared';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/runCli.ts';
import { explainReceipt } from './explainReceipt.ts';

const WATCHING = `
apiVersion: nexus/v1
kind: Policy
metadata:
  name: watching
spec:
  validationActions: [Audit]
  matchConstraints:
    eventTypes: [Noted]
  validations:
    - expression: 'false'
      messageExpression: resource.aggregateId + ' ' + string(resource.aggregateVersion)
`;

function watching(): CelPolicyEngine {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'watching.yaml'), WATCHING);
  return new CelPolicyEngine({ folder });
}

/** Of two aggregates by turns, so that the append has another order than its shares. */
function byTurns(count: number): DomainEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const draft = { eventType: 'Noted', payload: {}, metadata: {} };
    return nextEvents(index % 2 === 0 ? 'b' : 'a', Math.floor(index / 2), [draft]);
  }).flat();
}

async function explained(options: GovernedEventStoreOptions, events: readonly DomainEvent[]) {
  const store = new InMemoryEventStore(options);
  const { receipts } = await store.append(events);
  const [receipt] = receipts;
  if (receipt === undefined) throw new TypeError('the append has no receipt');
  return explainReceipt(store, receipt);
}

test.each([4, 300])('explains what was observed of %i events of several aggregates by turns', async (count) => {
  expect(await explained({ policy: watching() }, byTurns(count))).toMatchObject({ agreement: 'agrees' });
});

test('does not decide by the policies of an engine that it is not', async () => {
  const text = 'package nexus';
  const policy: PolicyPort = {
    decide: () => ({ decision: 'allow', engine: 'other', revision: digestOfText(text), matched: [], denials: [] }),
    source: () => text,
  };

  const explanation = await explained({ policy }, byTurns(1));

  expect(explanation).toMatchObject({ agreement: 'unknown', parts: [{ name: 'other', agreement: 'unknown' }] });
});

test('agrees on what was observed under a version that was not active', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '%4Eoted'));
  writeFileSync(join(folder, '%4Eoted/1.json'), '{ "type": "object" }');
  writeFileSync(join(folder, '%4Eoted/2.json'), '{ "type": "object", "required": ["text"] }');
  const events = nextEvents('a', 0, [{ eventType: 'Noted', payload: { text: 'x' }, metadata: { schemaVersion: 2 } }]);

  const explanation = await explained({ schemaRegistry: new FileSchemaRegistry({ folder }), mode: 'observe' }, events);

  expect(explanation).toMatchObject({ agreement: 'agrees', parts: [{ stated: 'invalid-observed' }] });
});
