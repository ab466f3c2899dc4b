/** Two requests to try, made for a service that has just begun. */
export interface CurlLines {
  readonly stored: string;
  readonly refused: string;
  /** One sentence. */
  readonly refusedWhy: string;
}

/**
 * @param address - of the service, such as `http://127.0.0.1:3000`
 * @param id - makes the aggregates new, so that the lines do what they say whatever the store holds
 * @param now - ISO 8601, UTC, milliseconds
 * @param governed - whether the sample's schema is in force; else a rule of the envelope refuses
 */
export function curlLines(address: string, id: string, now: string, governed: boolean): CurlLines {
  const event = (fields: object) => ({
    eventId: `placed-${id}`,
    eventType: 'OrderPlaced',
    aggregateId: `order-${id}`,
    aggregateVersion: 1,
    timestamp: now,
    payload: { customer: 'ada', total: 12.5 },
    metadata: {},
    ...fields,
  });
  const other = { eventId: `refused-${id}`, aggregateId: `order-refused-${id}` };
  const refused = governed ? { payload: { customer: 'ada', total: 'free' } } : { timestamp: now.slice(0, -1) };
  return {
    stored: curl(address, event({})),
    refused: curl(address, event({ ...other, ...refused })),
    refusedWhy: governed ? 'its total is no number, as the schema of OrderPlaced asks' : 'its timestamp names no zone',
  };
}

/** None of the fields holds a quote of the shell. */
function curl(address: string, event: object): string {
  return `curl -i ${address}/api/events -H 'content-type: application/json' -d '${JSON.stringify({ events: [event] })}'`;
}
