/** The processes of the demo. */
export type RoleName = 'simulator' | 'rest' | 'gateway' | 'bot';

/** What a process of the demo tells the one that started it. */
export type RoleMessage =
  /** It is up; others reach it there. */
  | { readonly type: 'listening'; readonly url: string }
  /** Ids of the events the simulator has sent since it last said so; `isLast` when it will send no more. */
  | { readonly type: 'sent'; readonly ids: readonly string[]; readonly isLast: boolean }
  /** The gateway's figures at this moment. */
  | {
      readonly type: 'gateway';
      readonly ready: number;
      readonly total: number;
      /** Events that the bot has not acknowledged. */
      readonly waiting: number;
      readonly journalBytes: number;
    }
  /** What the bot saw in the last second: a few events to look at, and what came again within this process's life. */
  | { readonly type: 'handled'; readonly samples: readonly string[]; readonly again: number }
  /** Events of a shard are declared lost; `count` is null where their number is unknown. */
  | { readonly type: 'gap'; readonly shardId: number; readonly cause: string; readonly count: number | null }
  /** Something worth a line. */
  | { readonly type: 'note'; readonly text: string }
  /** It cannot go on; the text says why and what helps. */
  | { readonly type: 'failed'; readonly text: string };

/** What it is told: to end; the simulator also to say what it has sent, and to send no more and say what it has sent. */
export interface RoleCommand {
  readonly type: 'stop' | 'report' | 'quiet';
}
