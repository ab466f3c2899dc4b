import { nearestNames } from '@nexus/shared';

/** Characters of a name that are compared. */
const COMPARED_MAX = 200;

/** A question after the name most like one that there is not; empty where there are no names. */
export function didYouMean(name: string, names: readonly string[]): string {
  const [nearest] = nearestNames(name.slice(0, COMPARED_MAX), names);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}
