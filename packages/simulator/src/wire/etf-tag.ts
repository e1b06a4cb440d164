/** Tags of Erlang's external terms. https://www.erlang.org/doc/apps/erts/erl_ext_dist.html */
export const Tag = {
  newFloat: 70,
  compressed: 80,
  smallInteger: 97,
  integer: 98,
  atom: 100,
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

/** First byte of a message. */
export const VERSION = 131;
