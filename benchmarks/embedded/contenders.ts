import { Act } from './Act.ts';
import type { Contender } from './Contender.ts';
import { Emmett } from './Emmett.ts';
import { Nexus } from './Nexus.ts';
import { RawSqlite, RawSqliteGroups } from './RawSqlite.ts';
import type { Work } from './Work.ts';

export interface Entry {
  readonly name: string;
  readonly kinds: readonly Work['kind'][];
  /** The modules of a peer, which are installed apart; absent for what is always there. */
  readonly peer?: readonly string[];
  readonly open: (path: string) => Contender | Promise<Contender>;
}

/** The first is what the others are compared with. */
export const CONTENDERS: readonly Entry[] = [
  {
    name: 'node:sqlite',
    kinds: ['append', 'read', 'search', 'import', 'stream', 'start'],
    open: (path) => new RawSqlite(path),
  },
  // It reads as the one above does.
  { name: 'node:sqlite, group commit', kinds: ['append'], open: (path) => new RawSqliteGroups(path) },
  {
    name: 'Nexus',
    kinds: ['append', 'read', 'search', 'feed', 'import', 'stream', 'feed-elsewhere', 'start'],
    open: (path) => new Nexus(path),
  },
  {
    name: 'Emmett',
    kinds: ['append', 'read', 'feed'],
    peer: ['@event-driven-io/emmett-sqlite', 'sqlite3'],
    open: Emmett.open,
  },
  {
    name: 'Act',
    kinds: ['append', 'read', 'search', 'feed'],
    peer: ['@rotorsoft/act-sqlite', '@rotorsoft/act', 'zod'],
    open: Act.open,
  },
];
