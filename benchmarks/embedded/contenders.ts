import type { Contender } from './Contender.ts';
import { Nexus } from './Nexus.ts';
import { RawSqlite, RawSqliteGroups } from './RawSqlite.ts';
import type { Work } from './works.ts';

interface Entry {
  readonly name: string;
  readonly kinds: readonly Work['kind'][];
  readonly create: (path: string) => Contender;
}

/** The first is what the others are compared with. */
export const CONTENDERS: readonly Entry[] = [
  { name: 'node:sqlite', kinds: ['append', 'read'], create: (path) => new RawSqlite(path) },
  // It reads as the one above does.
  { name: 'node:sqlite, group commit', kinds: ['append'], create: (path) => new RawSqliteGroups(path) },
  { name: 'Nexus', kinds: ['append', 'read', 'feed'], create: (path) => new Nexus(path) },
];
