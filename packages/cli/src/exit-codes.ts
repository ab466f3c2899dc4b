import { isNexusError } from '@nexus/shared';

/** What the command's exit code says. Scripts may rely on it. */
export const EXIT_CODES = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  refused: 3,
  conflict: 4,
  unavailable: 5,
  notFound: 6,
  findings: 7,
  rejects: 8,
  configuration: 9,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** One line for each exit code, for help texts and documentation. */
export const EXIT_CODE_MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  ok: 'done',
  unexpected: 'a defect of nexus itself',
  usage: 'the command line or the input is wrong; nothing was stored',
  refused: 'the event, its schema or a policy refuses the append; nothing was stored',
  conflict: 'the store holds something else than the request assumes',
  unavailable: 'the store cannot take the request now, or its outcome is unknown; run the same again',
  notFound: 'there is no such thing in the store',
  findings: 'a check found something: what is wrong, what a test did not expect, or what proposed rules would refuse',
  rejects: 'the import is done, and some rows were refused; the rejects file says which, and why',
  configuration: 'the store, its rules, the host or the port are set up wrongly',
  interrupted: 'stopped by SIGINT',
  terminated: 'stopped by SIGTERM',
};

/** Refusals of an append; other `invalid` errors mean the command line or its input. */
const REFUSALS: ReadonlySet<string> = new Set([
  'INVALID_EVENT',
  'SCHEMA_VALIDATION_FAILED',
  'EVENT_TOO_LARGE',
  'APPEND_TOO_LARGE',
]);

export function exitCodeOf(error: unknown): ExitCode {
  if (!isNexusError(error)) return EXIT_CODES.unexpected;
  switch (error.kind) {
    case 'invalid':
      return REFUSALS.has(error.code) ? EXIT_CODES.refused : EXIT_CODES.usage;
    case 'denied':
      return EXIT_CODES.refused;
    case 'conflict':
      return EXIT_CODES.conflict;
    case 'unavailable':
    case 'ambiguous':
    case 'limited':
      return EXIT_CODES.unavailable;
    case 'notFound':
      return EXIT_CODES.notFound;
    case 'corrupt':
      return EXIT_CODES.findings;
    case 'unsupported':
    case 'configuration':
      return EXIT_CODES.configuration;
    default:
      return error.kind satisfies never;
  }
}
