/** What a process of the demo tells the one that started it. */
export type RoleMessage =
  /** It is up; others reach it there. */
  | { readonly type: 'listening'; readonly url: string }
  /** The gateway's figures of the last second. */
  | {
      readonly type: 'gateway';
      readonly ready: number;
      readonly total: number;
      readonly received: number;
      readonly pending: number;
      readonly lagMs: number;
    }
  /** The event handler's figures of the last second, and a few events to look at. */
  | { readonly type: 'handled'; readonly events: number; readonly samples: readonly string[] }
  /** Something worth a line. */
  | { readonly type: 'note'; readonly text: string }
  /** It cannot go on; the text says why and what helps. */
  | { readonly type: 'failed'; readonly text: string };

/** What it is told. */
export interface RoleCommand {
  readonly type: 'stop';
}
