import { ConfigurationError } from '@nexus/shared';

const FILE_BYTES_MIN = 1024;
const MS_MAX = 2 ** 31 - 1;

/** Refuses settings that are none. @throws ConfigurationError */
export function checkFileAuditLog(options: {
  readonly folder: string;
  readonly fileBytesMax?: number;
  readonly sealEveryMs?: number;
}): void {
  const { folder, fileBytesMax, sealEveryMs } = options;
  if (typeof folder !== 'string' || folder === '') throw wrong('folder', 'must be a path');
  if (fileBytesMax !== undefined && !(Number.isSafeInteger(fileBytesMax) && fileBytesMax >= FILE_BYTES_MIN)) {
    throw wrong('fileBytesMax', `must be an integer from ${FILE_BYTES_MIN}`);
  }
  if (sealEveryMs !== undefined && !(Number.isSafeInteger(sealEveryMs) && sealEveryMs >= 1 && sealEveryMs <= MS_MAX)) {
    throw wrong('sealEveryMs', `must be an integer from 1 to ${MS_MAX}`);
  }
}

function wrong(setting: string, rule: string): ConfigurationError {
  return new ConfigurationError(setting, `${setting} ${rule}`);
}
