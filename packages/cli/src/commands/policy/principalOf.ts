import { type JsonObject, type JsonValue, type Principal, parseJson } from '@nexus/shared';
import { UsageError } from '../../errors.ts';
import { LOCAL } from '../../Shell.ts';

/** Who acts, in one of two forms. */
export interface PrincipalOptions {
  readonly principal?: string;
  readonly user?: string;
  readonly roles?: readonly string[];
  readonly client?: string;
}

/** Who acts by the options; whoever uses the command line where they say nobody. @throws UsageError */
export function principalOf({ principal, user, roles, client }: PrincipalOptions): Principal {
  if (principal === undefined) {
    return { id: user ?? LOCAL.id, roles: roles ?? LOCAL.roles, client: client ?? LOCAL.client };
  }
  if (user === undefined && roles === undefined && client === undefined) return parsePrincipal(principal);
  throw wrong('goes without --user, --roles and --client; say who acts in one way');
}

function parsePrincipal(text: string): Principal {
  const { id, roles = [], client = LOCAL.client, ...rest } = objectOf(text);
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw wrong(`has an unknown key ${unknown}; there are id, roles and client`);
  if (typeof id !== 'string' || id === '') throw wrong('must have an id, which is a text');
  if (typeof client !== 'string') throw wrong('must have a text for client');
  if (!isNames(roles)) throw wrong('must have a list of texts for roles');
  return { id, roles, client };
}

function objectOf(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    throw wrong(`is not JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw wrong('must be a JSON object with id, roles and client');
}

function isNames(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function wrong(rule: string): UsageError {
  return new UsageError(`--principal ${rule}`, { argument: '--principal' });
}
