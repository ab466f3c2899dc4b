/** Deeper than a payload may be. */
const DEPTH_MAX = 100;

interface Evaluation {
  readonly createSequence: () => unknown[];
}

/**
 * `$distinct` as JSONata defines it, in linear time: its own compares each value with each, and a list of 10,000 objects
 * would hold the process for half a minute.
 */
export function distinct(this: Evaluation, list: unknown): unknown {
  if (!Array.isArray(list) || list.length <= 1) return list;
  const isSequence = (list as { readonly sequence?: unknown }).sequence === true;
  const found = isSequence ? this.createSequence() : [];
  const keys = new Set<unknown>();
  for (const value of list as readonly unknown[]) {
    const key = keyOf(value, 0) ?? value;
    if (keys.has(key)) continue;
    keys.add(key);
    found.push(value);
  }
  return found;
}

/** A text that equal values share, and no others; `undefined` for what equals itself alone, as a function does. */
function keyOf(value: unknown, depth: number): string | undefined {
  if (typeof value === 'function' || depth > DEPTH_MAX) return undefined;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return joined('[', value as readonly unknown[], depth);
  const fields = value as { readonly [key: string]: unknown };
  const names = Object.keys(fields).sort();
  return joined(
    '{',
    names.flatMap((name) => [name, fields[name]]),
    depth,
  );
}

function joined(kind: string, values: readonly unknown[], depth: number): string | undefined {
  const keys: string[] = [];
  for (const value of values) {
    const key = keyOf(value, depth + 1);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return `${kind}${keys.join(',')}]`;
}
