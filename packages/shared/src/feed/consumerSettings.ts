import type { ConsumerOptions } from '../ports/Subscription.ts';
import { InvalidArgumentError } from '../types/errors.ts';
import { checkConsumerName } from './ConsumerRecords.ts';

/** A subscription's options, checked and complete. */
export interface ConsumerSettings {
  readonly isDurable: boolean;
  readonly consumer: string;
  readonly from: string;
  readonly eventTypes: ReadonlySet<string> | undefined;
  readonly onFailure: 'park-aggregate' | 'skip-event' | 'stop';
  readonly attemptsMax: number;
  readonly retryDelaysMs: readonly number[];
  readonly outageAfter: number;
  readonly checkpointEvery: number;
}

/**
 * @param ownName - names the consumer of a subscription that is not durable
 * @throws InvalidArgumentError
 */
export function consumerSettings(options: ConsumerOptions, ownName: string): ConsumerSettings {
  if (options.consumer !== undefined) checkConsumerName(options.consumer);
  const isDurable = options.consumer !== undefined;
  return {
    isDurable,
    consumer: options.consumer ?? ownName,
    from: options.from ?? (isDurable ? 'start' : 'now'),
    eventTypes: options.eventTypes === undefined ? undefined : new Set(options.eventTypes),
    onFailure: options.onFailure ?? 'park-aggregate',
    attemptsMax: positive('attemptsMax', options.attemptsMax ?? 5),
    retryDelaysMs: delays(options.retryDelaysMs ?? [100, 500, 2_000, 5_000]),
    outageAfter: positive('outageAfter', options.outageAfter ?? 3),
    checkpointEvery: positive('checkpointEvery', options.checkpointEvery ?? 100),
  };
}

function positive(argument: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError(argument, `must be an integer from 1, found ${String(value)}`);
}

function delays(values: readonly number[]): readonly number[] {
  if (values.every((value) => Number.isFinite(value) && value >= 0)) return values;
  throw new InvalidArgumentError('retryDelaysMs', 'must hold numbers of ms from 0');
}
