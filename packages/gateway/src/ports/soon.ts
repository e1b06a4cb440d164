/** Calls back once what happens now is over, before any timer: where the work of one tick is put together. */
export type Soon = (callback: () => void) => void;

/** The real one: after everything that was read from the network in one go. */
export const systemSoon: Soon = (callback) => {
  setImmediate(callback);
};
