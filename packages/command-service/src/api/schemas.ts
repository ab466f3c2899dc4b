/** A JSON Schema, in the words that draft-07 and 2020-12 share. */
export type Schema = Readonly<Record<string, unknown>>;

const ID = { type: 'string', minLength: 1, maxLength: 1_600 };
const TYPE_NAME = { type: 'string', minLength: 1, maxLength: 1_024 };

export const AGGREGATE_ID: Schema = { ...ID, description: '1 to 1,600 bytes of UTF-8.' };
export const EVENT_TYPE: Schema = { ...TYPE_NAME, description: '1 to 1,024 bytes of UTF-8.' };
export const VERSION: Schema = { type: 'integer', minimum: 1, description: 'Of an aggregate: 1, 2, 3 … without gaps.' };
/** A parameter, as it stands in the query string. */
export type UpcastParameter = 'true' | 'false';

export const UPCAST: Schema = {
  type: 'string',
  enum: ['true', 'false'],
  description:
    'false: payloads as they were stored. Default: true, lifted to the latest version of their schema, which ' +
    'recorded.upcastTo then names.',
};
export const TIME: Schema = {
  type: 'string',
  format: 'date-time',
  description: 'ISO 8601 in UTC with milliseconds.',
  examples: ['2026-01-31T12:00:00.000Z'],
};

const EVENT_PROPERTIES: Schema = {
  eventId: { ...ID, description: 'Unique within an append. 1 to 1,600 bytes of UTF-8.' },
  eventType: EVENT_TYPE,
  aggregateId: AGGREGATE_ID,
  aggregateType: EVENT_TYPE,
  aggregateVersion: VERSION,
  timestamp: TIME,
  payload: { type: 'object' },
  metadata: {
    type: 'object',
    description:
      'The client’s alone; every key is optional. Keys that start with $ or nexus are refused. correlationId, ' +
      'causationId and userId are strings; schemaVersion names the schema of the payload.',
  },
};

const EVENT_REQUIRED = ['eventId', 'eventType', 'aggregateId', 'aggregateVersion', 'timestamp', 'payload', 'metadata'];

const EVENT: Schema = {
  $id: 'Event',
  type: 'object',
  required: EVENT_REQUIRED,
  additionalProperties: false,
  properties: {
    ...EVENT_PROPERTIES,
    recorded: {
      type: 'object',
      description: 'Allowed and ignored, so that events that were read can be sent on as they are.',
    },
  },
};

const RECORDED_EVENT: Schema = {
  $id: 'RecordedEvent',
  type: 'object',
  required: [...EVENT_REQUIRED, 'recorded'],
  properties: {
    ...EVENT_PROPERTIES,
    recorded: {
      type: 'object',
      description: 'What the store knows about the event.',
      required: ['recordedAt', 'digest'],
      properties: {
        recordedAt: TIME,
        digest: { type: 'string', description: '1: and 64 hex digits, of SHA-256 over the canonical JSON.' },
        schemaVersion: { type: 'string' },
        upcastTo: { type: 'string', description: 'Absent where the payload is as it was stored.' },
        traceparent: { type: 'string' },
        outOfOrder: { type: 'boolean' },
      },
    },
  },
};

const RECEIPT: Schema = {
  $id: 'Receipt',
  type: 'object',
  description: 'Which rules let an append in.',
  required: ['receiptId', 'digest', 'shares', 'actor', 'decidedAt', 'mode', 'schemas', 'policy'],
  properties: {
    receiptId: { type: 'string' },
    digest: { type: 'string' },
    shares: {
      type: 'array',
      items: {
        type: 'object',
        required: ['aggregateId', 'fromVersion', 'toVersion'],
        properties: { aggregateId: AGGREGATE_ID, fromVersion: VERSION, toVersion: VERSION },
      },
    },
    actor: {
      type: 'object',
      required: ['id', 'roles', 'client'],
      properties: {
        id: { type: 'string' },
        roles: { type: 'array', items: { type: 'string' } },
        client: { type: 'string' },
      },
    },
    decidedAt: TIME,
    mode: { type: 'string', enum: ['enforce', 'observe', 'history'] },
    schemas: { type: 'array', items: { type: 'object' } },
    policy: { type: ['object', 'null'] },
    origin: { type: 'object', description: 'What let the events in at first, where `mode` is `history`.' },
  },
};

const PROBLEM: Schema = {
  $id: 'Problem',
  type: 'object',
  description: 'RFC 9457. Tell problems apart by code.',
  required: ['type', 'title', 'status', 'detail', 'code', 'retryable', 'details'],
  properties: {
    type: { type: 'string', description: '/errors/ and the code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What failed, for what, and what to do.' },
    instance: { type: 'string', description: 'Names the entry in the service’s log. Only of unexpected errors.' },
    code: { type: 'string' },
    retryable: { type: 'boolean', description: 'The same request may succeed later without any change.' },
    details: { type: 'object' },
    violations: { type: 'array', items: { type: 'object' }, description: 'Each broken rule, with its JSON Pointer.' },
    replayUnknown: {
      type: 'boolean',
      description: 'The store could not be asked whether these very events had been stored before.',
    },
  },
};

/** The schemas that routes refer to by their `$id` and a `#`. */
export const SHARED_SCHEMAS: readonly Schema[] = [EVENT, RECORDED_EVENT, RECEIPT, PROBLEM];

/** For routes that take no parameters in their query string. */
export const NO_PARAMETERS: Schema = { type: 'object', additionalProperties: false, properties: {} };

/** The answer of every route that is not a success. */
export const PROBLEM_ANSWER: Schema = {
  description: 'A problem',
  content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
};
