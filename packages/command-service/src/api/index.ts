export type { ApiOptions } from './ApiOptions.ts';
export { createApi } from './createApi.ts';
export { type ListenOptions, listen } from './listen.ts';
export type { Problem } from './problems.ts';
