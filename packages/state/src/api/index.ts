export { createStateApi } from './create-state-api.ts';
export type { StateApi, StateApiOptions } from './state-api.ts';
