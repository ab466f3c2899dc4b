import type { RegisteredSchema } from '../../ports/SchemaRegistryPort.ts';

export async function checkExamples(
  _previous: RegisteredSchema | undefined,
  _schema: RegisteredSchema,
): Promise<readonly string[]> {
  return [];
}
