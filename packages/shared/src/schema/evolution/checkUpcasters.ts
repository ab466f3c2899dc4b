import type { PayloadRule } from '../../ports/SchemaRegistryPort.ts';
import { ConfigurationError } from '../../types/errors.ts';
import { orderVersions } from './orderVersions.ts';
import { parseRule } from './parseRule.ts';
import type { Upcaster } from './Upcaster.ts';

/** @throws ConfigurationError - names the upcaster and what is wrong with it */
export function checkUpcasters(upcasters: readonly Upcaster[]): void {
  if (!Array.isArray(upcasters)) throw wrong('upcasters', 'must be an array');
  const places = new Set<string>();
  upcasters.forEach((upcaster: Upcaster, index) => {
    const setting = `upcasters[${index}]`;
    checkNames(upcaster, setting);
    checkRule(upcaster.up, `${setting}.up`);
    if (upcaster.down !== undefined) checkRule(upcaster.down, `${setting}.down`);
    const place = JSON.stringify([upcaster.eventType, upcaster.from, upcaster.to]);
    if (places.has(place)) throw wrong(setting, 'is the second one from this version to that one; leave out one');
    places.add(place);
  });
  for (const [eventType, own] of Map.groupBy(upcasters, (one) => one.eventType)) {
    if (orderVersions([], own) === undefined) throw wrong('upcasters', `of ${eventType} lead round in a circle`);
  }
}

function checkNames(upcaster: Partial<Upcaster> | null | undefined, setting: string): void {
  for (const name of ['eventType', 'from', 'to'] as const) {
    const value: unknown = upcaster?.[name];
    if (typeof value !== 'string' || value === '') throw wrong(`${setting}.${name}`, 'must be a string, not empty');
  }
}

function checkRule(rule: PayloadRule, setting: string): void {
  if (typeof rule === 'function') return;
  if (typeof rule !== 'string') throw wrong(setting, 'must be a function or a JSONata expression');
  try {
    parseRule(rule);
  } catch (cause) {
    throw new ConfigurationError(setting, `${setting}: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}

function wrong(setting: string, rule: string): ConfigurationError {
  return new ConfigurationError(setting, `${setting} ${rule}`);
}
