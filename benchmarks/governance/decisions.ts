import type { CelPolicyEngine } from '@nexus/adapters/embedded';
import type { DomainEvent, PolicyRequest, Principal } from '@nexus/shared';
import type { Figures } from '../Group.ts';
import { type Column, fixed, medianOf, spreadColumn } from '../table.ts';
import { CLERK, type EventVariant, eventOf, eventsOf } from './events.ts';
import type { GovernanceWork } from './GovernanceWork.ts';
import { microseconds } from './microseconds.ts';
import { hasOpaPolicies, newOpaPolicies } from './opa.ts';
import { PAYLOAD_SIZES } from './parts.ts';
import { newPolicies, type PolicyFolder } from './rules.ts';

const CEL = 'CEL in Nexus';
const OPA = 'OPA as WebAssembly';
const OPA_TEXT = 'OPA as WebAssembly, given JSON text';
const EVENTS = 16;

/** One decision that allows an event, by the same rules in both languages, for each size of payload. */
export function decisions(folder: PolicyFolder, title: string): GovernanceWork {
  return {
    title,
    contenders: () => (hasOpaPolicies() ? [CEL, OPA, OPA_TEXT] : [CEL]),
    columns: Object.keys(PAYLOAD_SIZES).flatMap((size) => [
      spreadColumn(`${size} (min–max)`, size, fixed(1)),
      timesCelColumn(size),
    ]),
    run: async (contender, { durationMs }) => {
      const decide = await deciderOf(contender, folder);
      const calls = Object.entries(PAYLOAD_SIZES).map(([size, bytes]) => [size, decide(eventsOf(bytes, EVENTS))]);
      return microseconds(Object.fromEntries(calls), durationMs);
    },
  };
}

function timesCelColumn(size: string): Column {
  return {
    title: '× CEL',
    cell: ({ work, measurements }, rows) => {
      const cel = rows.find((row) => row.work === work && row.contender === CEL);
      const times = [measurements, cel?.measurements ?? []].map((some) => medianOf(some, size) ?? Number.NaN);
      return ((times[0] ?? Number.NaN) / (times[1] ?? Number.NaN)).toFixed(2);
    },
  };
}

type Decider = (events: readonly DomainEvent[]) => () => unknown;

/** Engines that decide differently must not be compared. */
async function deciderOf(contender: string, folder: PolicyFolder): Promise<Decider> {
  const cel = newPolicies(folder);
  if (contender === CEL) return (events) => inTurn(events.map(requestOf), (request) => cel.decide(request));
  const opa = await newOpaPolicies(folder);
  refuseDisagreement(cel, opa);
  if (contender === OPA) return (events) => inTurn(events.map(requestOf), (request) => opa(inputOf(request)));
  return (events) => inTurn(events.map(requestOf).map(inputOf).map(textOf), opa);
}

function inTurn<Input>(inputs: readonly Input[], decide: (input: Input) => unknown): () => unknown {
  let index = 0;
  return () => decide(inputs[index++ % inputs.length] as Input);
}

function requestOf(event: DomainEvent): PolicyRequest & { readonly events: readonly [DomainEvent] } {
  return { action: 'append', principal: CLERK, now: '2026-01-01T00:00:00.000Z', events: [event] };
}

/** What OPA would be sent for a request about one event. */
function inputOf({ action, principal, now, events: [event] }: PolicyRequest): object {
  return { action, principal, now, event };
}

function textOf(input: object): ArrayBuffer {
  return new TextEncoder().encode(JSON.stringify(input)).buffer;
}

/** Every way to break the rules, alone and together, by each kind of principal. @throws RangeError */
export function refuseDisagreement(cel: CelPolicyEngine, opa: (input: object) => readonly string[]): Figures {
  const requests = variants().flatMap((variant) =>
    PRINCIPALS.map((principal) => ({ ...requestOf(eventOf(300, 'order', 1, variant)), principal })),
  );
  let denied = 0;
  for (const request of requests) {
    const names = cel.decide(request).denials.map(({ policy }) => policy);
    const others = [...opa(inputOf(request))].sort();
    if (names.join() !== others.join()) {
      throw new RangeError(`CEL denies by [${names}], OPA by [${others}]: ${JSON.stringify(inputOf(request))}`);
    }
    if (names.length > 0) denied++;
  }
  return { requests: requests.length, denied };
}

const PRINCIPALS: readonly Principal[] = [
  CLERK,
  { ...CLERK, roles: ['manager'] },
  { ...CLERK, id: 'billing', roles: ['service'] },
];

function variants(): EventVariant[] {
  const totals = [10_000, 10_000.5].map((total) => ({ total }));
  const currencies = ['EUR', 'GBP', 'USD'].map((currency) => ({ currency }));
  const users = [CLERK.id, 'u-666'].map((userId) => ({ userId }));
  const lines = [{ quantity: 100 }, { quantity: 101 }, { price: 1_000 }, { price: 1_000.5 }];
  return [totals, currencies, users, lines].reduce<EventVariant[]>(
    (all, some) => all.flatMap((one) => some.map((other) => ({ ...one, ...other }))),
    [{}],
  );
}
