import type { DatabaseSync } from 'node:sqlite';
import type { IntegrityFinding } from '@nexus/shared';

/** Most findings of each check. */
const FINDINGS_MAX = 100;

/** Checks pages, indexes, references and the numbering of the feed. Reads the whole file. */
export function findDamage(database: DatabaseSync): IntegrityFinding[] {
  return [damagedPages, lostReferences, lostReceipts, feedGaps].flatMap((check) => check(database));
}

function damagedPages(database: DatabaseSync): IntegrityFinding[] {
  const rows = database.prepare(`PRAGMA integrity_check(${FINDINGS_MAX})`).all();
  const found = rows.map((row) => String(row.integrity_check));
  return found.filter((text) => text !== 'ok').map((text) => ({ where: 'file', found: text }));
}

function lostReferences(database: DatabaseSync): IntegrityFinding[] {
  const findings: IntegrityFinding[] = [];
  for (const row of database.prepare('PRAGMA foreign_key_check').iterate()) {
    if (findings.length === FINDINGS_MAX) break;
    findings.push({ where: `${row.table} ${row.rowid}`, found: `refers to no row of ${row.parent}` });
  }
  return findings;
}

/** Only the first event of an append has its receipt, and the others must lead to it. */
function lostReceipts(database: DatabaseSync): IntegrityFinding[] {
  const rows = database
    .prepare(
      `SELECT other.position, other.first_position FROM events other JOIN events first
         ON first.position = other.first_position WHERE first.first_position IS NOT NULL LIMIT ?`,
    )
    .all(FINDINGS_MAX);
  return rows.map(({ position, first_position }) => ({
    where: `events ${position}`,
    found: `refers to events ${first_position}, which has no receipt`,
  }));
}

function feedGaps(database: DatabaseSync): IntegrityFinding[] {
  const row = database.prepare('SELECT count(*) AS events, coalesce(max(position), 0) AS last FROM events').get();
  const [events, last] = [Number(row?.events), Number(row?.last)];
  return events === last ? [] : [{ where: 'feed', found: `${events} events, but the last has position ${last}` }];
}
