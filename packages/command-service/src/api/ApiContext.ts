import type { ApiSettings } from './ApiOptions.ts';
import type { Lifecycle } from './Lifecycle.ts';

/** What every route works with. */
export interface ApiContext extends ApiSettings {
  readonly lifecycle: Lifecycle;
}
