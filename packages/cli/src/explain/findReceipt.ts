import { type GovernedEventStore, NotFoundError, type Receipt } from '@nexus/shared';

/** @throws NotFoundError */
export async function findReceipt(store: GovernedEventStore, aggregateId: string, version: number): Promise<Receipt> {
  const receipt = await store.getReceipt(aggregateId, version);
  if (receipt !== undefined) return receipt;
  const what = `version ${version} of ${aggregateId}`;
  throw new NotFoundError(`There is no ${what}; nexus read ${aggregateId} prints the versions there are`, { what });
}
