import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DomainEvent, PolicyRequest, Principal } from '@nexus/shared';
import { onTestFinished } from 'vitest';
import { CelPolicyEngine, type CelPolicyEngineOptions } from '../../CelPolicyEngine.ts';

const NOW = '2026-06-15T12:00:00.000Z';

/** A folder of the running test's own, with these files. */
export function policyFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-policies-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** A policy's document. JSON is YAML. */
export function policyText(name: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'nexus/v1', kind: 'Policy', metadata: { name }, spec });
}

/** An engine of one policy, `rule`. */
export function engineOf(spec: object, options: Omit<CelPolicyEngineOptions, 'folder'> = {}): CelPolicyEngine {
  return new CelPolicyEngine({ folder: policyFolder({ 'rule.yaml': policyText('rule', spec) }), ...options });
}

/** An engine of one policy with one validation. */
export function engineFor(expression: string): CelPolicyEngine {
  return engineOf({ validations: [{ expression, message: 'no' }] });
}

export function eventOf(fields: Partial<DomainEvent> = {}): DomainEvent {
  return {
    eventId: 'e1',
    eventType: 'OrderPlaced',
    aggregateId: 'order-1',
    aggregateVersion: 1,
    timestamp: NOW,
    payload: {},
    metadata: {},
    ...fields,
  };
}

export function requestOf(events: readonly DomainEvent[], fields: Partial<PolicyRequest> = {}): PolicyRequest {
  const principal: Principal = { id: 'ada', roles: ['clerk'], client: 'shop' };
  return { action: 'append', principal, now: NOW, events, ...fields };
}

/** The messages of an expression's denials for a payload; none where it holds. */
export function messagesOf(expression: string, payload: DomainEvent['payload'] = {}): string[] {
  const { denials } = engineFor(expression).decide(requestOf([eventOf({ payload })]));
  return denials.map(({ message }) => message);
}
