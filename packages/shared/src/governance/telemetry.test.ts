import { InMemoryEventStore } from '@nexus/adapters/embedded';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nextEvents } from './nextEvents.ts';

const spans = new InMemorySpanExporter();
const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }));
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});
afterAll(() => reader.shutdown());

const DRAFT = { eventType: 'A', payload: {} };

it('counts appends by outcome, and events stored, through the OpenTelemetry API', async () => {
  const store = new InMemoryEventStore();
  const events = nextEvents('a', 0, [DRAFT, DRAFT]);

  await store.append(events);
  await store.append(events);
  await expect(store.append(nextEvents('a', 7, [DRAFT]))).rejects.toMatchObject({ code: 'VERSION_GAP' });
  await reader.forceFlush();

  expect(counted('nexus.appends')).toEqual({ stored: 1, replayed: 1, VERSION_GAP: 1 });
  expect(counted('nexus.events.stored')).toEqual({ undefined: 2 });
});

it('wraps an append in a span, whose trace context is recorded with the events', async () => {
  const store = new InMemoryEventStore();
  spans.reset();

  await store.append(nextEvents('a', 0, [DRAFT]));

  const [span] = spans.getFinishedSpans();
  const [event] = await store.getEvents('a');
  expect(span?.name).toBe('nexus.append');
  expect(event?.recorded.traceparent).toBe(`00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`);
});

it('recognises the same append under another trace', async () => {
  const store = new InMemoryEventStore();
  const events = nextEvents('a', 0, [DRAFT]);
  await store.append(events);

  const repeat = await store.append(events);

  expect(repeat.replayed).toBe(true);
});

/** The values of a counter, by outcome. */
function counted(name: string): Record<string, number> {
  const all = points.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const data = all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  return Object.fromEntries(data.map(({ attributes, value }) => [String(attributes.outcome), value as number]));
}
