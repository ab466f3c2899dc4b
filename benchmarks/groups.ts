import { EMBEDDED } from './embedded/group.ts';
import type { Group } from './Group.ts';
import { GOVERNANCE } from './governance/group.ts';

export const GROUPS: readonly Group[] = [EMBEDDED, GOVERNANCE];
