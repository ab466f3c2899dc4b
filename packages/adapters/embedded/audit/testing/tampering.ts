import { canonicalJson, digestOfText } from '@nexus/shared';

/** What somebody does who knows how the log is made: every hash from a line on is computed anew. */
export function rehashed(lines: readonly string[], from: number): string[] {
  let previous = from === 0 ? undefined : JSON.parse(lines[from - 1] ?? '').hash;
  return lines.map((text, index) => {
    if (index < from) return text;
    const { hash: _, ...content } = JSON.parse(text);
    const line = { ...content, previous: previous ?? content.previous };
    previous = digestOfText(canonicalJson(line));
    return canonicalJson({ ...line, hash: previous });
  });
}

/** The line says that somebody else did it. */
export function changed(lines: readonly string[], index: number): string[] {
  return lines.with(index, (lines[index] ?? '').replace('"id":"ann"', '"id":"bob"'));
}

/** The line and its own hash are changed, and no other. */
export function rehashedOne(lines: readonly string[], index: number): string[] {
  return [...lines].with(index, rehashed(changed(lines, index), index)[index] ?? '');
}
