import type { RegisteredSchema, SchemaRegistryPort } from '@nexus/shared';
import type { SchemaType } from './protocol.ts';

/** A registry as it was when it was read. */
export class SchemaSnapshot implements SchemaRegistryPort {
  readonly #types: ReadonlyMap<string, SchemaType>;

  constructor(types: readonly SchemaType[]) {
    this.#types = new Map(types.map((type) => [type.eventType, type]));
  }

  has(eventType: string, version: string): boolean {
    return this.#find(eventType, version) !== undefined;
  }

  latestOf(eventType: string): string | undefined {
    return this.#types.get(eventType)?.latest;
  }

  async getSchema(eventType: string, version?: string): Promise<RegisteredSchema | undefined> {
    const wanted = version ?? this.latestOf(eventType);
    return wanted === undefined ? undefined : this.#find(eventType, wanted);
  }

  #find(eventType: string, version: string): RegisteredSchema | undefined {
    return this.#types.get(eventType)?.versions.find((one) => one.version === version);
  }
}
