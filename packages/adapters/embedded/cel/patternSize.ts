/**
 * About how many parts an engine makes of a pattern that it takes: repeats are written out, one in the other too. Making
 * them takes longer than matching a short text, and is done at every evaluation.
 */
export function patternSize(pattern: string): number {
  const groups: number[] = [];
  let [size, atom] = [0, 0];
  for (const [token] of pattern.matchAll(TOKEN)) {
    const repeat = /^\{\d*,?(\d*)/.exec(token)?.[0].match(/\d+/g);
    if (repeat) size += atom * (Math.max(...repeat.map(Number)) - 1);
    else if (token === '(') {
      groups.push(size);
      size = 0;
    } else if (token === ')') {
      atom = size;
      size += groups.pop() ?? 0;
    } else {
      atom = 1;
      size += 1;
    }
  }
  return size;
}

const TOKEN = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|./gs;
