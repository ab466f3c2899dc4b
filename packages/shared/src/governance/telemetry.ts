import {
  type Counter,
  type Histogram,
  metrics,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { isNexusError } from '../types/errors.ts';

const SCOPE = '@nexus/shared';

/** The store's spans and counters, through the OpenTelemetry API: nothing happens where no SDK is registered. */
export class Telemetry {
  readonly #store: string;
  readonly #tracer: Tracer = trace.getTracer(SCOPE);
  readonly #appends: Counter;
  readonly #events: Counter;
  readonly #reads: Counter;
  readonly #duration: Histogram;

  constructor(store: string) {
    const meter = metrics.getMeter(SCOPE);
    this.#store = store;
    this.#appends = meter.createCounter('nexus.appends', {
      description: 'Appends by outcome: stored, replayed or an error code',
    });
    this.#events = meter.createCounter('nexus.events.stored', { description: 'Events stored' });
    this.#reads = meter.createCounter('nexus.reads', { description: 'Reads by operation' });
    this.#duration = meter.createHistogram('nexus.append.duration', {
      unit: 'ms',
      description: 'Time from call to reply',
    });
  }

  /** Runs an append inside a span, and counts how it ended. */
  async append<Result extends { replayed: boolean | 'unknown' }>(
    events: number,
    task: () => Promise<Result>,
  ): Promise<Result> {
    const started = performance.now();
    return this.#tracer.startActiveSpan('nexus.append', async (span) => {
      span.setAttributes({ 'db.system.name': this.#store, 'nexus.events': events });
      try {
        const result = await task();
        this.#count(result.replayed === true ? 'replayed' : 'stored', result.replayed === true ? 0 : events, started);
        return result;
      } catch (error) {
        this.#count(isNexusError(error) ? error.code : 'UNEXPECTED', 0, started);
        markFailed(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  }

  countRead(operation: string): void {
    this.#reads.add(1, { operation, store: this.#store });
  }

  #count(outcome: string, stored: number, started: number): void {
    const attributes = { outcome, store: this.#store };
    this.#appends.add(1, attributes);
    if (stored > 0) this.#events.add(stored, { store: this.#store });
    this.#duration.record(performance.now() - started, attributes);
  }
}

function markFailed(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The W3C trace context of the active span, if there is one. */
export function activeTraceparent(): string | undefined {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || /^0+$/.test(context.traceId)) return undefined;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}
