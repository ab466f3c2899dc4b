/** Requests to try on the order sample, made for a service that has just begun. */
export interface CurlLines {
  readonly stored: string;
  readonly refusedBySchema: string;
  readonly refusedByPolicy: string;
}

/**
 * @param address - of the service, such as `http://127.0.0.1:3000`
 * @param id - makes the aggregates new, so that the lines do what they say whatever the store holds
 * @param now - ISO 8601, UTC, milliseconds
 */
export function curlLines(address: string, id: string, now: string): CurlLines {
  const order = (name: string, payload: object) =>
    curl(address, {
      eventId: `placed-${name}-${id}`,
      eventType: 'OrderPlaced',
      aggregateId: `order-${name}-${id}`,
      aggregateVersion: 1,
      timestamp: now,
      payload,
      metadata: { correlationId: id },
    });
  return {
    stored: order('small', { customer: 'ada', total: 12.5, currency: 'EUR' }),
    refusedBySchema: order('free', { customer: 'ada', total: 'free' }),
    refusedByPolicy: order('large', { customer: 'ada', total: 25_000 }),
  };
}

/** None of the fields holds a quote of the shell. */
function curl(address: string, event: object): string {
  return `curl -i ${address}/api/events -H 'content-type: application/json' -d '${JSON.stringify({ events: [event] })}'`;
}
