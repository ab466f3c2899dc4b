/** Who acts: authenticated by the caller of the port, never read from an event's metadata. */
export interface Principal {
  readonly id: string;
  /** The names of the roles that the principal has. */
  readonly roles: readonly string[];
  /** The client program, which rate limits count by. */
  readonly client: string;
}

/** Who acts where nobody was named. */
export const ANONYMOUS: Principal = Object.freeze({ id: 'anonymous', roles: Object.freeze([]), client: 'anonymous' });
