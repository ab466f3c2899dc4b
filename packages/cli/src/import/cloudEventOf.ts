import type { JsonObject, JsonValue } from '@nexus/shared';
import { RowError } from '../errors.ts';
import type { ImportEvent } from './ImportRow.ts';
import { parseTime, type TimeRules } from './parseTime.ts';

/**
 * A CloudEvent 1.0 in its JSON format as an event: `subject` (or `source` where there is none) is the aggregate, `data`
 * the payload, the extension attribute `aggregateversion` the version where it is there, and every other attribute
 * goes to the metadata.
 *
 * @throws RowError
 */
export function cloudEventOf(cloudEvent: JsonObject, rules: TimeRules = {}): ImportEvent {
  const { id, type, time, data, data_base64, subject, source, aggregateversion, ...attributes } = cloudEvent;
  if (cloudEvent.specversion !== '1.0') throw invalid('specversion', 'must be "1.0"');
  if (data_base64 !== undefined) throw invalid('data_base64', 'is binary, and a payload is a JSON object; send data');
  const sourceText = textOf('source', source);
  const aggregateId = subject === undefined ? sourceText : textOf('subject', subject);
  const version = versionOf(aggregateversion);
  return {
    eventId: textOf('id', id),
    ...(version === undefined ? {} : { version }),
    event: {
      eventType: textOf('type', type),
      aggregateId,
      timestamp: timeOf(time, rules),
      payload: payloadOf(data),
      metadata: { ...(subject === undefined ? {} : { source: sourceText }), ...attributes },
    },
  };
}

function textOf(attribute: string, value: JsonValue | undefined): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(attribute, 'must be a string that is not empty');
}

function timeOf(value: JsonValue | undefined, rules: TimeRules): string {
  const parsed = parseTime(textOf('time', value), rules);
  if ('fault' in parsed) throw invalid('time', parsed.fault);
  return parsed.time;
}

function payloadOf(data: JsonValue | undefined): JsonObject {
  if (data === undefined) return {};
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as JsonObject;
  throw invalid('data', 'must be a JSON object');
}

/** Producers that know strings alone write the version as one. */
function versionOf(value: JsonValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  const version = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(version) && (version as number) >= 1) return version as number;
  throw invalid('aggregateversion', 'must be an integer from 1');
}

function invalid(attribute: string, fault: string): RowError {
  return new RowError(`The CloudEvent's ${attribute} ${fault}`, { rule: 'cloudevent', column: attribute });
}
