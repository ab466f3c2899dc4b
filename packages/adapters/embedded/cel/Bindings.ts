import type { CelInput } from '@bufbuild/cel';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { PolicyAction } from './Policy.ts';

/**
 * The values of variables, by name. A class, since objects whose properties come and go are slow to read. What it
 * inherits from `Object` is out of reach: the check of an expression refuses names that are no variables.
 */
export class Bindings {
  readonly principal: CelInput;
  readonly action: PolicyAction;
  readonly resource: CelInput;
  readonly event: CelInput | undefined;
  readonly #now: string;

  constructor(values: {
    readonly principal: CelInput;
    readonly action: PolicyAction;
    readonly now: string;
    readonly resource: CelInput;
    readonly event?: CelInput;
  }) {
    this.principal = values.principal;
    this.action = values.action;
    this.resource = values.resource;
    this.event = values.event;
    this.#now = values.now;
  }

  get now(): CelInput {
    return timestampFromMs(Date.parse(this.#now));
  }
}

/**
 * The class of a policy's own bindings, which also holds its variables, as `variables.NAME`: each is evaluated at its
 * first use.
 */
export function bindingsWith(
  variables: readonly { readonly name: string; readonly evaluate: (bindings: Bindings) => CelInput }[],
): new (
  values: ConstructorParameters<typeof Bindings>[0],
) => Bindings {
  class PolicyBindings extends Bindings {
    readonly values: (CelInput | undefined)[] = variables.map(() => undefined);
  }
  for (const [index, { name, evaluate }] of variables.entries()) {
    Object.defineProperty(PolicyBindings.prototype, `variables.${name}`, {
      get(this: PolicyBindings): CelInput {
        // Not by `??=`: a variable that is null would be evaluated at each use, and a chain of them twice as often each.
        const known = this.values[index];
        if (known !== undefined) return known;
        const value = evaluate(this);
        this.values[index] = value;
        return value;
      },
    });
  }
  return PolicyBindings;
}
