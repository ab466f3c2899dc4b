import { type ErrorKind, NexusError } from '@nexus/shared';

export type HttpErrorCode =
  | 'MALFORMED_REQUEST'
  | 'MALFORMED_URL'
  | 'ORIGIN_REFUSED'
  | 'ROUTE_NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'BODY_TOO_LARGE'
  | 'URL_TOO_LONG'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'HOST_REFUSED'
  | 'HEADERS_TOO_LARGE'
  | 'SHUTTING_DOWN'
  | 'FEEDS_EXHAUSTED';

const REFUSALS: Record<HttpErrorCode, { readonly status: number; readonly kind: ErrorKind }> = {
  MALFORMED_REQUEST: { status: 400, kind: 'invalid' },
  MALFORMED_URL: { status: 400, kind: 'invalid' },
  ORIGIN_REFUSED: { status: 403, kind: 'denied' },
  ROUTE_NOT_FOUND: { status: 404, kind: 'notFound' },
  METHOD_NOT_ALLOWED: { status: 405, kind: 'invalid' },
  REQUEST_TIMEOUT: { status: 408, kind: 'unavailable' },
  BODY_TOO_LARGE: { status: 413, kind: 'invalid' },
  URL_TOO_LONG: { status: 414, kind: 'invalid' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, kind: 'invalid' },
  HOST_REFUSED: { status: 421, kind: 'denied' },
  HEADERS_TOO_LARGE: { status: 431, kind: 'invalid' },
  SHUTTING_DOWN: { status: 503, kind: 'unavailable' },
  FEEDS_EXHAUSTED: { status: 503, kind: 'unavailable' },
};

/** A request that is refused before it reaches the store. */
export class HttpError extends NexusError<HttpErrorCode> {
  readonly code: HttpErrorCode;
  readonly kind: ErrorKind;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: HttpErrorCode,
    message: string,
    options: { readonly details?: object; readonly headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(message, options.details ?? {}, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.kind = REFUSALS[code].kind;
    this.status = REFUSALS[code].status;
    this.headers = options.headers ?? {};
  }
}

export function shuttingDown(): HttpError {
  return new HttpError('SHUTTING_DOWN', 'The service is shutting down; nothing was stored');
}
