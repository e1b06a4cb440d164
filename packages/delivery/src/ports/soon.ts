import type { Soon } from '@shardgate/gateway';

/** The real one: after everything that was read from the network in one go. */
export const systemSoon: Soon = (callback) => {
  setImmediate(callback);
};
