import { isNexusError } from '@nexus/shared';
import { HttpError, type HttpErrorCode } from './HttpError.ts';

const REFUSAL_OF_CODE: ReadonlyMap<string, { readonly code: HttpErrorCode; readonly message: string }> = new Map([
  ['FST_ERR_BAD_URL', { code: 'MALFORMED_URL', message: 'The path is not percent-encoded UTF-8' }],
  ['FST_ERR_MAX_PARAM_LENGTH', { code: 'URL_TOO_LONG', message: 'A part of the path is longer than any id can be' }],
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'Send the body as JSON, with the header Content-Type: application/json',
    },
  ],
]);

/**
 * Fastify's own refusals as ours. Errors of Nexus, and those that nobody expected, come back as they are.
 *
 * @param bodyLimitBytes - named in the refusal of a larger body
 */
export function fromFramework(error: unknown, bodyLimitBytes: number): unknown {
  if (isNexusError(error) || !(error instanceof Error)) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return bodyTooLarge(bodyLimitBytes);
  const known = REFUSAL_OF_CODE.get(code ?? '');
  if (known !== undefined) return new HttpError(known.code, known.message, { cause: error });
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return error;
  return new HttpError('MALFORMED_REQUEST', error.message, { cause: error });
}

function bodyTooLarge(bytesMax: number): HttpError {
  const message = `The body is larger than ${bytesMax} bytes; send fewer events at a time`;
  return new HttpError('BODY_TOO_LARGE', message, { details: { bytesMax } });
}
