import type { Guarantee } from '../ConformanceCase.ts';
import { ID_CASES } from './identity/ids.ts';
import { METADATA_CASES } from './identity/metadata.ts';
import { PAYLOAD_CASES } from './identity/payloads.ts';
import { TIMESTAMP_CASES } from './identity/timestamps.ts';

export const IDENTITY: Guarantee = {
  number: 0,
  title: 'An event is (aggregateId, aggregateVersion), and is kept as it was stated',
  cases: [...ID_CASES, ...PAYLOAD_CASES, ...METADATA_CASES, ...TIMESTAMP_CASES],
};
