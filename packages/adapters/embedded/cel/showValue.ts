import { type CelValue, isCelList, isCelMap, isCelType, isCelUint } from '@bufbuild/cel';
import { isReflectMessage } from '@bufbuild/protobuf/reflect';
import { type Timestamp, TimestampSchema, timestampDate } from '@bufbuild/protobuf/wkt';

/** Elements of a list or map that are shown. */
const SHOWN_MAX = 20;
const DEPTH_MAX = 8;

/** A value of CEL as a text for people, cut where it is long. */
export function showValue(value: CelValue, depth = 0): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (isCelList(value)) return `[${shown(value, (element) => showValue(element, depth + 1), depth)}]`;
  if (isCelMap(value)) {
    return `{${shown(value, ([key, element]) => `${JSON.stringify(String(key))}: ${showValue(element, depth + 1)}`, depth)}}`;
  }
  if (isCelUint(value)) return `${value.value}u`;
  if (isCelType(value)) return value.name;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return isReflectMessage(value, TimestampSchema)
    ? timestampDate(value.message as Timestamp).toISOString()
    : String(value);
}

function shown<Element>(elements: Iterable<Element>, show: (element: Element) => string, depth: number): string {
  if (depth >= DEPTH_MAX) return '…';
  const texts: string[] = [];
  for (const element of elements) {
    if (texts.length >= SHOWN_MAX) {
      texts.push('…');
      break;
    }
    texts.push(show(element));
  }
  return texts.join(', ');
}
