/** Events of a state and their arguments. None is emitted per dispatch. Listeners run synchronously; one that throws is contained. */
export interface StateEvents {
  /** A store fails or is too slow: events no longer wait for it. `error` is what it said. */
  stale: (event: { store: string; error: unknown }) => void;
  /** A store that was stale has everything again. */
  current: (event: { store: string }) => void;
  /** More was to be written to a stale store than may be kept: the store lacks it until it is rebuilt. */
  overflow: (event: { store: string; operations: number }) => void;
  /** A store that lacks something is written anew. `source` is the store it is written from; null: guild by guild, as Discord sends them. */
  rebuild: (event: { store: string; source: string | null }) => void;
  /** Something went wrong that harms no event: a reducer, a listener, a handler. `where` names it. */
  error: (event: { where: string; error: unknown }) => void;
}
