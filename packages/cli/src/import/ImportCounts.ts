/** What became of the rows so far. */
export interface ImportCounts {
  stored: number;
  alreadyThere: number;
  refused: number;
}

export function totalOf({ stored, alreadyThere, refused }: ImportCounts): number {
  return stored + alreadyThere + refused;
}
