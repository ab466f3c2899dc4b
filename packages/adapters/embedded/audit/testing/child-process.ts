import { FileAuditLog } from '../../FileAuditLog.ts';
import { recordOf } from './recordOf.ts';

/**
 * Records in a folder, and prints the number of each record once it is durable, or the reason of its refusal.
 *
 * Parameters: folder, name of the writer, number of records, records at a time
 */
const [folder = '', writer = '', total = '0', together = '1'] = process.argv.slice(2);
const log = new FileAuditLog({ folder });
for (let count = 0; count < Number(total); count += Number(together)) {
  const numbers = Array.from({ length: Number(together) }, (_, index) => count + index);
  await Promise.all(numbers.map((number) => record(number)));
}
await log.close();

async function record(count: number): Promise<void> {
  try {
    await log.record(recordOf(count, { details: { writer, count } }));
    process.stdout.write(`${count}\n`);
  } catch (error) {
    process.stdout.write(`refused: ${(error as { details: { reason: string } }).details.reason}\n`);
  }
}
