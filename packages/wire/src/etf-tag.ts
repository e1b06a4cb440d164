/** First byte of every external term. */
export const ETF_VERSION = 131;

/**
 * The tags that are read: those with a meaning in JSON.
 *
 * @see https://www.erlang.org/doc/apps/erts/erl_ext_dist.html
 */
export const EtfTag = {
  newFloat: 70,
  smallInteger: 97,
  integer: 98,
  float: 99,
  atom: 100,
  smallTuple: 104,
  largeTuple: 105,
  nil: 106,
  string: 107,
  list: 108,
  binary: 109,
  smallBig: 110,
  largeBig: 111,
  smallAtom: 115,
  map: 116,
  atomUtf8: 118,
  smallAtomUtf8: 119,
} as const;

/** Containers inside each other. Far above Discord's deepest message and far below what a stack or JSON.stringify takes. */
export const MAX_ETF_DEPTH = 128;
