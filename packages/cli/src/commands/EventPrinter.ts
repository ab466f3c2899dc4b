import type { RecordedEvent } from '@nexus/shared';
import type { Table } from '../io/Table.ts';
import type { Shell } from '../Shell.ts';

/** Prints events one by one: as a table for people, as JSON lines for machines. */
export class EventPrinter {
  readonly #shell: Shell;
  readonly #table: Table;
  #events = 0;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#table = shell.table('AGGREGATE', 'VERSION', 'TYPE', 'TIME', 'EVENT ID', 'PAYLOAD');
  }

  async print(event: RecordedEvent): Promise<void> {
    this.#events++;
    if (this.#shell.json) return this.#shell.out.line(JSON.stringify(event));
    const { aggregateId, aggregateVersion, eventType, timestamp, eventId, payload } = event;
    return this.#table.row([aggregateId, aggregateVersion, eventType, timestamp, eventId, JSON.stringify(payload)]);
  }

  async end(): Promise<void> {
    await this.#table.end();
    if (this.#events === 0) await this.#shell.remark('nexus: no events');
  }
}
