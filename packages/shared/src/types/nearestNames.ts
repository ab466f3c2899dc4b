const NAMES_MAX = 3;

/** The three names most like the one that was asked for, nearest first. */
export function nearestNames(asked: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: distance(asked.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, NAMES_MAX)
    .map(({ name }) => name);
}

/** Edits from one text to the other; a text that holds the other is nearer than any that does not. */
function distance(left: string, right: string): number {
  const edits = editDistance(left, right);
  const isWithin = left !== '' && right !== '' && (left.includes(right) || right.includes(left));
  return isWithin ? edits / 1_000 : edits;
}

/** Levenshtein's distance, row by row. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replace = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
