import type { PayloadRule, RegisteredSchema } from '../../ports/SchemaRegistryPort.ts';
import type { JsonObject } from '../../types/json.ts';
import { orderVersions } from './orderVersions.ts';
import type { Upcaster } from './Upcaster.ts';

/** One step of a payload from a version to another. */
export type LiftStep =
  | { readonly kind: 'rule'; readonly from: string; readonly to: string; readonly rule: PayloadRule }
  /** No rule says how to go back, so that the payload must be valid as it is. `undefined`: no schema is known. */
  | { readonly kind: 'check'; readonly to: string; readonly schema: JsonObject | undefined };

/** How a payload gets from its stored version to the one that is asked for. */
export interface LiftPath {
  readonly from: string;
  readonly to: string;
  /** Why there is no way. */
  readonly fault?: string;
  readonly steps: readonly LiftStep[];
}

/** The versions of one event type in their order, with the rules between them. */
export class Lineage {
  readonly #lifts: boolean;
  readonly #order: readonly string[];
  readonly #schemas: ReadonlyMap<string, RegisteredSchema>;
  readonly #upcasters: readonly Upcaster[];
  readonly #latest: string | undefined;
  readonly #fault: string | undefined;
  readonly #pathsToLatest = new Map<string, LiftPath>();

  /**
   * @param listed - what the registry lists, oldest first
   * @param upcasters - of the same event type
   */
  constructor(listed: readonly RegisteredSchema[], upcasters: readonly Upcaster[]) {
    const order = orderVersions(
      listed.map(({ version }) => version),
      upcasters,
    );
    this.#fault = order === undefined ? 'its upcasters go against the order of its versions' : undefined;
    this.#order = order ?? [];
    this.#schemas = new Map(listed.map((schema) => [schema.version, schema]));
    this.#upcasters = upcasters;
    this.#latest = listed.length === 0 ? this.#order.at(-1) : listed.findLast(isActive)?.version;
    this.#lifts = upcasters.length > 0 || listed.some(({ up }) => up !== undefined);
  }

  knows(version: string): boolean {
    return this.#order.includes(version);
  }

  /** Whether no rule touches a payload of this version where no other is asked for. */
  isAsIs(version: string): boolean {
    if (!this.#lifts) return true;
    const { steps, fault } = this.#pathToLatest(version);
    return this.knows(version) && steps.length === 0 && fault === undefined;
  }

  /**
   * @param to - `undefined`: the latest active version; what is newer, or of a version that is unknown here, stays as it
   * is: it was written by a service that is ahead of this one
   */
  path(from: string, to?: string): LiftPath {
    return to === undefined ? this.#pathToLatest(from) : this.#findPath(from, to);
  }

  /** Kept, since nearly all events take it. */
  #pathToLatest(from: string): LiftPath {
    const known = this.#pathsToLatest.get(from);
    if (known !== undefined) return known;
    const path = this.#findPath(from, undefined);
    if (this.knows(from)) this.#pathsToLatest.set(from, path);
    return path;
  }

  #findPath(from: string, to: string | undefined): LiftPath {
    if (from === to) return { from, to, steps: [] };
    const target = to ?? this.#latest ?? from;
    const [start, end] = [this.#order.indexOf(from), this.#order.indexOf(target)];
    if (this.#fault !== undefined) return { from, to: target, fault: this.#fault, steps: [] };
    if (to !== undefined && (start === -1 || end === -1)) {
      return { from, to, fault: `no version ${start === -1 ? from : to} of it is known`, steps: [] };
    }
    if (start === -1 || end === -1 || (to === undefined && end < start)) return { from, to: from, steps: [] };
    return { from, to: target, steps: start < end ? this.#up(from, target) : this.#down(from, target) };
  }

  #up(from: string, to: string): LiftStep[] {
    const versions = this.#between(from, to);
    const steps: LiftStep[] = [];
    for (let at = 0; at < versions.length - 1; ) {
      const jump = this.#upcasters
        .filter((one) => one.from === versions[at] && versions.indexOf(one.to) > at)
        .sort((a, b) => versions.indexOf(b.to) - versions.indexOf(a.to))[0];
      const next = jump === undefined ? at + 1 : versions.indexOf(jump.to);
      const rule = jump?.up ?? this.#schemas.get(versions[next] as string)?.up;
      if (rule !== undefined) steps.push(ruleStep(versions[at] as string, versions[next] as string, rule));
      at = next;
    }
    return steps;
  }

  /** Where a rule to go back lacks, the payload is checked before the next rule, or the reader, sees it. */
  #down(from: string, to: string): LiftStep[] {
    const versions = this.#between(to, from).reverse();
    const steps: LiftStep[] = [];
    let isUnchecked = false;
    const check = (version: string) => {
      if (isUnchecked) steps.push({ kind: 'check', to: version, schema: this.#schemas.get(version)?.schema });
      isUnchecked = false;
    };
    for (let at = 0; at < versions.length - 1; ) {
      const { next, rule } = this.#stepDown(versions, at);
      if (rule === undefined) isUnchecked = true;
      else {
        check(versions[at] as string);
        steps.push(ruleStep(versions[at] as string, versions[next] as string, rule));
      }
      at = next;
    }
    check(to);
    return steps;
  }

  #stepDown(versions: readonly string[], at: number): { next: number; rule: PayloadRule | undefined } {
    const jump = this.#upcasters
      .filter((one) => one.down !== undefined && one.to === versions[at] && versions.indexOf(one.from) > at)
      .sort((a, b) => versions.indexOf(b.from) - versions.indexOf(a.from))[0];
    if (jump !== undefined) return { next: versions.indexOf(jump.from), rule: jump.down };
    return { next: at + 1, rule: this.#schemas.get(versions[at] as string)?.down };
  }

  /** The active versions of the range, which are those that rules lead between, and its two ends. */
  #between(oldest: string, newest: string): string[] {
    const range = this.#order.slice(this.#order.indexOf(oldest), this.#order.indexOf(newest) + 1);
    return range.filter((version) => {
      const schema = this.#schemas.get(version);
      return version === oldest || version === newest || schema === undefined || isActive(schema);
    });
  }
}

function ruleStep(from: string, to: string, rule: PayloadRule): LiftStep {
  return { kind: 'rule', from, to, rule };
}

function isActive({ inactive }: RegisteredSchema): boolean {
  return inactive === undefined;
}
