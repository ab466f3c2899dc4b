import { isNexusError } from '@nexus/shared';
import { printable } from './printable.ts';

/** An error as one line for people, or as one JSON object for machines. Never a stack trace. */
export function describeError(error: unknown, json: boolean): string {
  return json ? JSON.stringify({ error: errorFields(error) }) : `nexus: ${errorLine(error)}`;
}

function errorLine(error: unknown): string {
  const { code, message } = codeAndMessage(error);
  return printable(`${code}: ${message.replaceAll(/\s*\n\s*/g, ' ')}`);
}

/** The same fields in the rejects file of an import. */
export function errorFields(error: unknown): object {
  const fields = codeAndMessage(error);
  if (!isNexusError(error)) return { ...fields, kind: 'unexpected', retryable: false };
  return {
    ...fields,
    kind: error.kind,
    retryable: error.retryable,
    details: error.details,
    ...('violations' in error ? { violations: error.violations } : {}),
    ...(error.replayUnknown === true ? { replayUnknown: true } : {}),
  };
}

function codeAndMessage(error: unknown): { code: string; message: string } {
  if (isNexusError(error)) return { code: error.code, message: error.message };
  return { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error) };
}
