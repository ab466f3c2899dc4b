import type { Upcaster } from './Upcaster.ts';

/**
 * The versions of an event type in the order that its registry lists them, and those that only upcasters name, each
 * before what it is lifted to.
 *
 * @returns `undefined` if the upcasters go against the registry's order, or round in a circle
 */
export function orderVersions(listed: readonly string[], upcasters: readonly Upcaster[]): string[] | undefined {
  const successors = new Map<string, Set<string>>(listed.map((version) => [version, new Set()]));
  const lead = (from: string, to: string) => {
    for (const version of [from, to]) if (!successors.has(version)) successors.set(version, new Set());
    successors.get(from)?.add(to);
  };
  listed.forEach((version, index) => {
    if (index > 0) lead(listed[index - 1] as string, version);
  });
  for (const { from, to } of upcasters) lead(from, to);
  return sort(successors);
}

/** Takes what nothing leads to, as often as there is such a version. */
function sort(successors: Map<string, Set<string>>): string[] | undefined {
  const order: string[] = [];
  while (successors.size > 0) {
    const led = new Set([...successors.values()].flatMap((versions) => [...versions]));
    const first = [...successors.keys()].find((version) => !led.has(version));
    if (first === undefined) return undefined;
    successors.delete(first);
    order.push(first);
  }
  return order;
}
