import type { ReadForm } from '../../ports/EventStorePort.ts';
import { InvalidArgumentError } from '../../types/errors.ts';

/** @throws InvalidArgumentError */
export function checkReadForm({ upcast, readAs }: ReadForm): void {
  if (upcast !== undefined && typeof upcast !== 'boolean') {
    throw new InvalidArgumentError('upcast', `must be true or false, found ${String(upcast)}`);
  }
  if (readAs === undefined) return;
  const isMap = typeof readAs === 'object' && readAs !== null && !Array.isArray(readAs);
  if (!isMap || !Object.values(readAs).every((version) => typeof version === 'string')) {
    throw new InvalidArgumentError('readAs', 'must be an object that names a version, as a string, by event type');
  }
  if (upcast === false) {
    throw new InvalidArgumentError('readAs', 'contradicts upcast: false, the stored form; leave out one of them');
  }
}

/** The version that the reader asks for; `undefined`: the latest. */
export function versionAskedFor({ readAs }: ReadForm, eventType: string): string | undefined {
  return readAs !== undefined && Object.hasOwn(readAs, eventType) ? readAs[eventType] : undefined;
}
