/** The slice of a structured logger that Nexus uses; pino's loggers have it. */
export interface LoggerPort {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says nothing. */
export const SILENT_LOGGER: LoggerPort = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};
