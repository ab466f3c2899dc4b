import { nearestNames } from '@nexus/shared';
import type { MatchConstraints, NamedExpression, Policy, PolicyAction, Validation } from './Policy.ts';
import { faultOf, type Path, type PolicyDocument } from './PolicyDocument.ts';

const ACTIONS: readonly PolicyAction[] = ['append', 'import', 'read'];
/** What a policy is about unless it says otherwise. */
const ACTIONS_DEFAULT: readonly PolicyAction[] = ['append'];
/** Entries of a list; characters of a name and of a text. */
const ENTRIES_MAX = 1_000;
const NAME_MAX = 253;
const TEXT_MAX = 10_000;
const STARS_MAX = 8;
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads what a document says as a policy.
 *
 * @throws ConfigurationError - names file, line, column, policy, field and remedy
 */
export function readPolicy(document: PolicyDocument): Policy {
  return new PolicyReader(document).read();
}

class PolicyReader {
  readonly #document: PolicyDocument;
  readonly #name: string | undefined;

  constructor(document: PolicyDocument) {
    this.#document = document;
    const metadata = isObject(document.value) ? document.value.metadata : undefined;
    const name = isObject(metadata) ? metadata.name : undefined;
    this.#name = typeof name === 'string' ? name : undefined;
  }

  read(): Policy {
    const root = this.#object(this.#document.value, [], ['apiVersion', 'kind', 'metadata', 'spec']);
    this.#oneOf(root.apiVersion, ['apiVersion'], ['nexus/v1']);
    this.#oneOf(root.kind, ['kind'], ['Policy']);
    const metadata = this.#object(root.metadata, ['metadata'], ['name']);
    const name = this.#text(metadata.name, ['metadata', 'name'], NAME_MAX);
    return { name, ...this.#spec(root.spec) };
  }

  #spec(given: unknown): Omit<Policy, 'name'> {
    const path = ['spec'];
    const spec = this.#object(given, path, [
      'failurePolicy',
      'matchConstraints',
      'matchConditions',
      'variables',
      'validations',
      'validationActions',
    ]);
    if (spec.failurePolicy !== undefined) this.#oneOf(spec.failurePolicy, [...path, 'failurePolicy'], ['Fail']);
    const matchConstraints = this.#constraints(spec.matchConstraints);
    const matchConditions = this.#named(spec.matchConditions, [...path, 'matchConditions']);
    const variables = this.#variables(spec.variables, [...path, 'variables']);
    const validations = this.#validations(spec.validations, [...path, 'validations']);
    const validationAction = this.#validationAction(spec.validationActions, [...path, 'validationActions']);
    return { matchConstraints, matchConditions, variables, validations, validationAction };
  }

  #constraints(given: unknown): MatchConstraints {
    const path = ['spec', 'matchConstraints'];
    if (given === undefined) return { actions: ACTIONS_DEFAULT };
    const constraints = this.#object(given, path, ['actions', 'eventTypes', 'aggregateTypes', 'aggregates']);
    const actions = this.#list(constraints.actions ?? [...ACTIONS_DEFAULT], [...path, 'actions'], (value, at) =>
      this.#oneOf(value, at, ACTIONS),
    );
    const isRead = actions.includes('read');
    const patterns = (key: 'eventTypes' | 'aggregateTypes' | 'aggregates'): readonly string[] | undefined => {
      if (constraints[key] === undefined) return undefined;
      if (isRead && key !== 'aggregates') {
        throw this.#fault(
          [...path, key],
          'does not go with the action read, which knows the aggregate alone; make two policies',
        );
      }
      return this.#list(constraints[key], [...path, key], (value, at) =>
        this.#pattern(value, at, key === 'aggregates'),
      );
    };
    const [eventTypes, aggregateTypes, aggregates] = [
      patterns('eventTypes'),
      patterns('aggregateTypes'),
      patterns('aggregates'),
    ];
    return {
      actions,
      ...(eventTypes && { eventTypes }),
      ...(aggregateTypes && { aggregateTypes }),
      ...(aggregates && { aggregates }),
    };
  }

  #pattern(given: unknown, path: Path, isAnywhere: boolean): string {
    const pattern = this.#text(given, path, TEXT_MAX);
    const stars = pattern.split('*').length - 1;
    if (isAnywhere && stars > STARS_MAX) throw this.#fault(path, `has more than ${STARS_MAX} stars; simplify it`);
    if (!isAnywhere && (stars > 1 || (stars === 1 && !pattern.endsWith('*')))) {
      throw this.#fault(path, 'may have one star, at its end; write the names out, or use a matchCondition');
    }
    return pattern;
  }

  #named(given: unknown, path: Path): NamedExpression[] {
    if (given === undefined) return [];
    const named = this.#list(given, path, (value, at) => {
      const entry = this.#object(value, at, ['name', 'expression']);
      return {
        name: this.#text(entry.name, [...at, 'name'], NAME_MAX),
        expression: this.#text(entry.expression, [...at, 'expression'], TEXT_MAX),
      };
    });
    const twice = named.findIndex(({ name }, index) => named.findIndex((other) => other.name === name) !== index);
    if (twice !== -1) throw this.#fault([...path, twice, 'name'], `${named[twice]?.name} is there twice; rename one`);
    return named;
  }

  #variables(given: unknown, path: Path): NamedExpression[] {
    const variables = this.#named(given, path);
    const wrong = variables.findIndex(({ name }) => !IDENTIFIER.test(name));
    if (wrong === -1) return variables;
    throw this.#fault([...path, wrong, 'name'], 'must be letters, digits and _, and not start with a digit');
  }

  #validations(given: unknown, path: Path): Validation[] {
    return this.#list(given, path, (value, at) => {
      const entry = this.#object(value, at, ['expression', 'message', 'messageExpression', 'reason']);
      const optional = (key: 'message' | 'messageExpression' | 'reason'): { [key: string]: string } =>
        entry[key] === undefined ? {} : { [key]: this.#text(entry[key], [...at, key], TEXT_MAX) };
      return {
        expression: this.#text(entry.expression, [...at, 'expression'], TEXT_MAX),
        ...optional('message'),
        ...optional('messageExpression'),
        ...optional('reason'),
      };
    });
  }

  #validationAction(given: unknown, path: Path): 'Deny' | 'Audit' {
    if (given === undefined) return 'Deny';
    const actions = this.#list(given, path, (value, at) => this.#oneOf(value, at, ['Deny', 'Audit'] as const));
    if (actions.length !== 1) throw this.#fault(path, 'must be either [Deny] or [Audit]; choose one');
    return actions[0] as 'Deny' | 'Audit';
  }

  #object(given: unknown, path: Path, keys: readonly string[]): { readonly [key: string]: unknown } {
    if (!isObject(given)) throw this.#fault(path, `must be a mapping with ${keys.join(', ')}, ${foundOf(given)}`);
    const unknown = Object.keys(given).find((key) => !keys.includes(key));
    if (unknown === undefined) return given;
    const [nearest] = nearestNames(unknown.slice(0, NAME_MAX), keys);
    throw this.#fault([...path, unknown], `is unknown; did you mean ${nearest}? There are ${keys.join(', ')}`);
  }

  #list<Entry>(given: unknown, path: Path, read: (value: unknown, path: Path) => Entry): Entry[] {
    if (!Array.isArray(given)) throw this.#fault(path, `must be a list, ${foundOf(given)}`);
    if (given.length === 0) throw this.#fault(path, 'must not be empty; fill it or leave it out');
    if (given.length > ENTRIES_MAX) throw this.#fault(path, `has more than ${ENTRIES_MAX} entries; split the policy`);
    return given.map((value: unknown, index) => read(value, [...path, index]));
  }

  #text(given: unknown, path: Path, lengthMax: number): string {
    if (typeof given !== 'string') throw this.#fault(path, `must be a text, ${foundOf(given)}; quote it`);
    if (given.trim() === '') throw this.#fault(path, 'must not be empty');
    if (!given.isWellFormed()) throw this.#fault(path, 'has half a character, which no source can hold; mend it');
    if (given.length > lengthMax) throw this.#fault(path, `is longer than ${lengthMax} characters; shorten it`);
    return given;
  }

  #oneOf<Value extends string>(given: unknown, path: Path, values: readonly Value[]): Value {
    const found = values.find((value) => value === given);
    if (found === undefined) throw this.#fault(path, `must be ${values.join(' or ')}, ${foundOf(given)}`);
    return found;
  }

  #fault(path: Path, message: string): Error {
    return faultOf(this.#document, { policy: this.#name, path }, message);
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function foundOf(value: unknown): string {
  if (value === undefined) return 'and is missing';
  if (Array.isArray(value)) return 'not a list';
  if (typeof value === 'object' && value !== null) return 'not a mapping';
  return `not ${JSON.stringify(value).slice(0, 100)}`;
}
