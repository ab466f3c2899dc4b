import type { PolicyPort } from '@nexus/shared';

/** The policies of a folder. Their engine is loaded only where policies are asked for. @throws ConfigurationError */
export async function openPolicies(folder: string): Promise<PolicyPort> {
  const { CelPolicyEngine } = await import('@nexus/adapters/embedded');
  return new CelPolicyEngine({ folder });
}
