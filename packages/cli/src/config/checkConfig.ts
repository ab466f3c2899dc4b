import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, compileSchema, type JsonObject, type JsonValue, nearestNames } from '@nexus/shared';

type Fault = ReturnType<ReturnType<typeof compileSchema>>[number];

/** The published schema of the configuration, which also decides here. */
export const CONFIG_SCHEMA: JsonObject = JSON.parse(
  readFileSync(join(import.meta.dirname, 'nexus.config.schema.json'), 'utf8'),
);

/** @throws ConfigurationError - names the setting, the rule, and for a misspelt name the nearest that there is */
export function checkConfig(config: JsonValue, file: string): void {
  const [fault] = compileSchema(CONFIG_SCHEMA)(config);
  if (fault === undefined) return;
  const setting = settingOf(fault);
  throw new ConfigurationError(setting === '' ? 'config' : setting, `${file}: ${messageOf(fault, setting)}`);
}

/** Such as `audit.folder`. */
function settingOf({ instancePath, params }: Fault): string {
  const own = params.additionalProperty ?? params.missingProperty;
  const path = instancePath.split('/').slice(1).map(decoded);
  return [...path, ...(typeof own === 'string' ? [own] : [])].join('.');
}

function decoded(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

function messageOf(fault: Fault, setting: string): string {
  if (fault.keyword === 'additionalProperties') return misspelt(fault, setting);
  if (fault.keyword === 'required') return `${setting} is required; add it`;
  if (fault.keyword === 'enum') return `${setting} must be one of ${fault.params.allowedValues.join(', ')}`;
  return `${setting === '' ? 'it' : setting} ${fault.message}`;
}

function misspelt({ params, parentSchema }: Fault, setting: string): string {
  const names = Object.keys(parentSchema?.properties ?? {});
  const [nearest] = nearestNames(String(params.additionalProperty), names);
  return `${setting} is no setting; did you mean ${nearest}? There are ${names.join(', ')}`;
}
