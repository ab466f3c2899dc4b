import { ConfigurationError } from '@nexus/shared';

/** The way to a value in a document: keys and indices. */
export type Path = readonly (string | number)[];

export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** One document of a policy file: what it says, and where. */
export interface PolicyDocument {
  readonly file: string;
  readonly value: unknown;
  /**
   * Where a value starts; the nearest that there is where the path leads nowhere.
   *
   * @param offset - within the value's text
   */
  place(path: Path, offset?: number): Place | undefined;
}

export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The error for a fault of a document. */
export function faultOf(
  document: PolicyDocument,
  at: { policy?: string | undefined; path: Path; offset?: number },
  message: string,
): ConfigurationError {
  const place = document.place(at.path, at.offset);
  const where = place === undefined ? document.file : `${document.file}:${place.line}:${place.column}`;
  const policy = at.policy === undefined ? '' : ` policy ${at.policy}:`;
  const field = at.path.length === 0 ? '' : ` ${fieldOf(at.path)}`;
  return new ConfigurationError('policies', `${where}:${policy}${field} ${message}`);
}

function fieldOf(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`))
    .join('');
}
