import type { CelPolicyEngine } from '@nexus/adapters/embedded';

/**
 * The policies of a folder, or of a text that `source` gave. Their engine is loaded only where policies are asked for.
 *
 * @throws ConfigurationError
 */
export async function openPolicies(
  from: { readonly folder: string } | { readonly source: string },
): Promise<CelPolicyEngine> {
  const { CelPolicyEngine } = await import('@nexus/adapters/embedded');
  return new CelPolicyEngine(from);
}
