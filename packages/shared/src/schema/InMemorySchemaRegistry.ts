import type { RegisteredSchema, RegisterOptions, SchemaRegistry } from '../ports/SchemaRegistryPort.ts';
import type { JsonObject } from '../types/json.ts';
import { compareUtf8 } from '../types/utf8.ts';
import { bundleSchema, copySchema } from './bundleSchema.ts';
import type { CompatibilityLevel, CompatibilityLevels } from './compatibility/CompatibilityLevel.ts';
import { checkLevels, levelOf } from './compatibility/levelOf.ts';
import { SchemaHistory } from './SchemaHistory.ts';

export interface InMemorySchemaRegistryOptions {
  /** Default: `BACKWARD` for every type. */
  readonly compatibility?: CompatibilityLevels;
}

/** A registry in memory, for tests and for services that ship their schemas in code. */
export class InMemorySchemaRegistry implements SchemaRegistry {
  readonly #levels: CompatibilityLevels;
  readonly #histories = new Map<string, SchemaHistory>();

  /** @throws ConfigurationError - a compatibility level is none */
  constructor({ compatibility = {} }: InMemorySchemaRegistryOptions = {}) {
    this.#levels = checkLevels(compatibility);
  }

  /** Answers at once. Examples beside the rules are not run: call `checkExamples` in a test. */
  register(eventType: string, schema: JsonObject, options: RegisterOptions = {}): RegisteredSchema {
    const registered = this.propose(eventType, schema, options);
    const history = this.#historyOf(eventType);
    history.add(registered);
    this.#histories.set(eventType, history);
    return registered;
  }

  propose(eventType: string, schema: JsonObject, options: RegisterOptions = {}): RegisteredSchema {
    const resolve = (name: string, version: string) => this.#histories.get(name)?.find(version)?.schema;
    return this.#historyOf(eventType).propose(bundleSchema(copySchema(schema), resolve), options);
  }

  #historyOf(eventType: string): SchemaHistory {
    return this.#histories.get(eventType) ?? new SchemaHistory(eventType, this.levelOf(eventType));
  }

  levelOf(eventType: string): CompatibilityLevel {
    return levelOf(this.#levels, eventType);
  }

  async listTypes(): Promise<readonly string[]> {
    return [...this.#histories.keys()].sort(compareUtf8);
  }

  async listVersions(eventType: string): Promise<readonly RegisteredSchema[]> {
    return this.#histories.get(eventType)?.versions ?? [];
  }

  async getSchema(eventType: string, version?: string): Promise<RegisteredSchema | undefined> {
    return this.#histories.get(eventType)?.find(version);
  }
}
