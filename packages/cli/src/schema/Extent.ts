/** The least and the largest of some numbers, of which there is one at least. */
export class Extent {
  min: number = Number.POSITIVE_INFINITY;
  max: number = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  merge({ min, max }: Extent): void {
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }
}
