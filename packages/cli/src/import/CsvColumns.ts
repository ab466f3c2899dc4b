import { nearestNames } from '@nexus/shared';
import { InputError, UsageError } from '../errors.ts';

/** Which column means what, as the command line names them. */
export interface ColumnOptions {
  readonly aggregate: string;
  readonly type: string;
  readonly time: string;
  readonly user?: string | undefined;
  /** `FIELD=COLUMN`, of the payload, or of the metadata as `metadata.KEY=COLUMN`. */
  readonly map?: readonly string[] | undefined;
}

/** Where a column's cells go. */
export interface ColumnTarget {
  /** Index of the column. */
  readonly index: number;
  readonly key: string;
}

/** The columns of one CSV file, by index. */
export interface CsvColumns {
  readonly header: readonly string[];
  readonly aggregate: number;
  readonly type: number;
  readonly time: number;
  readonly payload: readonly ColumnTarget[];
  readonly metadata: readonly ColumnTarget[];
}

const METADATA = 'metadata.';

/**
 * Finds the columns in the header. A column that nothing names goes to the payload under its own name.
 *
 * @throws InputError - the header lacks a column, or has one twice
 * @throws UsageError - the mapping contradicts itself
 */
export function findColumns(header: readonly string[], options: ColumnOptions, source: string): CsvColumns {
  refuseRepeated(header, source);
  const indexOf = (column: string): number => findColumn(header, column, source);
  const [aggregate, type, time] = [options.aggregate, options.type, options.time].map(indexOf) as [
    number,
    number,
    number,
  ];
  const mapped = (options.map ?? []).map((text) => mappingOf(text, indexOf));
  const user = options.user === undefined ? [] : [{ index: indexOf(options.user), key: `${METADATA}userId` }];
  const taken = new Set([aggregate, type, time, ...[...mapped, ...user].map(({ index }) => index)]);
  const others = header.map((key, index) => ({ index, key })).filter(({ index }) => !taken.has(index));
  const isMetadata = ({ key }: ColumnTarget): boolean => key.startsWith(METADATA);
  const named = [...user, ...mapped];
  const payload = [...others, ...named.filter((target) => !isMetadata(target))].sort((a, b) => a.index - b.index);
  const metadata = named.filter(isMetadata).map(({ index, key }) => ({ index, key: key.slice(METADATA.length) }));
  refuseCollisions('payload', payload, header);
  refuseCollisions('metadata', metadata, header);
  return { header, aggregate, type, time, payload, metadata };
}

function refuseRepeated(header: readonly string[], source: string): void {
  const repeated = header.find((name, index) => header.indexOf(name) !== index);
  if (repeated === undefined) return;
  throw new InputError(`The header of ${source} has the column ${JSON.stringify(repeated)} twice; rename one of them`, {
    source,
    line: 1,
  });
}

function findColumn(header: readonly string[], column: string, source: string): number {
  const index = header.indexOf(column);
  if (index !== -1) return index;
  const near = nearestNames(column, header).map((name) => JSON.stringify(name));
  throw new InputError(`${source} has no column ${JSON.stringify(column)}; the nearest are ${near.join(', ')}`, {
    source,
    line: 1,
  });
}

function mappingOf(text: string, indexOf: (column: string) => number): ColumnTarget {
  const equals = text.indexOf('=');
  const key = text.slice(0, equals);
  if (equals > 0 && key !== METADATA) return { index: indexOf(text.slice(equals + 1)), key };
  throw new UsageError(`--map takes FIELD=COLUMN or metadata.KEY=COLUMN, not ${JSON.stringify(text)}`, {
    argument: '--map',
  });
}

function refuseCollisions(part: string, targets: readonly ColumnTarget[], header: readonly string[]): void {
  const first = new Map<string, number>();
  for (const { index, key } of targets) {
    const other = first.get(key);
    if (other !== undefined) {
      const columns = `${JSON.stringify(header[other])} and ${JSON.stringify(header[index])}`;
      throw new UsageError(`The columns ${columns} both go to ${part} ${JSON.stringify(key)}; rename one by --map`, {
        argument: '--map',
      });
    }
    first.set(key, index);
  }
}
