import { type CompiledExpression, compileExpression } from './compileExpression.ts';
import { fixedScope, type Scope, withVariables } from './expressionScope.ts';
import type { NamedExpression, Policy, PolicyWarning, Validation } from './Policy.ts';
import { faultOf, type Path, type PolicyDocument, pointerOf } from './PolicyDocument.ts';
import type { StaticType } from './staticTypes.ts';

export interface CompiledNamed {
  readonly name: string;
  readonly expression: CompiledExpression;
}

export interface CompiledValidation {
  readonly validation: Validation;
  readonly expression: CompiledExpression;
  readonly messageExpression?: CompiledExpression;
}

/** The expressions of a policy, ready to be evaluated. */
export interface CompiledParts {
  readonly conditions: readonly CompiledNamed[];
  readonly variables: readonly CompiledNamed[];
  readonly validations: readonly CompiledValidation[];
  readonly warnings: readonly PolicyWarning[];
}

/** @throws ConfigurationError - an expression cannot be taken; names file, line, column, policy and remedy */
export function compilePolicy(policy: Policy, document: PolicyDocument): CompiledParts {
  return new PolicyCompiler(policy, document).compile();
}

class PolicyCompiler {
  readonly #policy: Policy;
  readonly #document: PolicyDocument;
  readonly #warnings: PolicyWarning[] = [];

  constructor(policy: Policy, document: PolicyDocument) {
    this.#policy = policy;
    this.#document = document;
  }

  compile(): CompiledParts {
    const scope = fixedScope(this.#policy.matchConstraints.actions);
    const conditions = this.#policy.matchConditions.map(({ name, expression }, index) => {
      const path = ['spec', 'matchConditions', index, 'expression'];
      return { name, expression: this.#expression(expression, 'bool', scope, path) };
    });
    const variables = this.#variables(this.#policy.variables, scope);
    const types = new Map(variables.map(({ name, expression }) => [name, expression.type]));
    const validations = this.#validations(withVariables(scope, types));
    return { conditions, variables, validations, warnings: this.#warnings };
  }

  /** A variable sees those before it. */
  #variables(variables: readonly NamedExpression[], scope: Scope): CompiledNamed[] {
    const known = new Map<string, StaticType>();
    return variables.map(({ name, expression: text }, index) => {
      const path = ['spec', 'variables', index, 'expression'];
      const expression = this.#expression(text, 'dyn', withVariables(scope, new Map(known)), path);
      known.set(name, expression.type);
      return { name, expression };
    });
  }

  #validations(scope: Scope): CompiledValidation[] {
    return this.#policy.validations.map((validation, index) => {
      const path = ['spec', 'validations', index];
      const expression = this.#expression(validation.expression, 'bool', scope, [...path, 'expression']);
      const { messageExpression: text } = validation;
      if (text === undefined) return { validation, expression };
      const messageExpression = this.#expression(text, 'string', scope, [...path, 'messageExpression']);
      return { validation, expression, messageExpression };
    });
  }

  #expression(text: string, expected: string, scope: Scope, path: Path): CompiledExpression {
    const { name } = this.#policy;
    const { file } = this.#document;
    return compileExpression(text, expected, scope, {
      fail: (offset, message) => {
        throw faultOf(this.#document, { policy: name, path, offset }, message);
      },
      warn: (message) => {
        this.#warnings.push({ file, policy: name, pointer: pointerOf(path), expression: text, message });
      },
    });
  }
}
