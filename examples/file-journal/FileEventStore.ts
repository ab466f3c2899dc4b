import {
  checkGovernance,
  type EventMap,
  GovernedEventStore,
  type GovernedEventStoreOptions,
  type JsonObject,
} from '@nexus/shared';
import { FileJournal } from './FileJournal.ts';

/** An event store in one file, for one process. */
export class FileEventStore<Events extends EventMap = Record<string, JsonObject>> extends GovernedEventStore<Events> {
  constructor({ path, ...options }: GovernedEventStoreOptions & { readonly path: string }) {
    // Before the file is opened, which nobody could close when the options are refused.
    checkGovernance(options);
    super(new FileJournal(path), options);
  }
}
