import { UsageError } from '../../errors.ts';
import type { Shell } from '../../Shell.ts';

/** The folder of the policies. @throws UsageError - neither the command nor the configuration names one */
export function policyFolder({ config }: Shell, dir: string | undefined): string {
  const folder = dir ?? config.policies?.folder;
  if (folder !== undefined) return folder;
  const message = 'There is no folder of policies; name it as DIR, or as policies.folder in nexus.config.json';
  throw new UsageError(message, { argument: 'DIR' });
}

/** The event types that the configured schemas know; nothing where none are configured. */
export async function knownEventTypes({ config }: Shell): Promise<{ readonly knownEventTypes?: readonly string[] }> {
  if (config.schemas === undefined) return {};
  const { FileSchemaRegistry } = await import('@nexus/adapters/embedded');
  return { knownEventTypes: await new FileSchemaRegistry({ folder: config.schemas.folder }).listTypes() };
}
