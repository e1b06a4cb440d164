import type { Clock } from '@shardgate/gateway';
import type { CommandPort } from './command-port.ts';
import type { StreamWindow } from './protocol.ts';

/** What all sessions of a sink go by. */
export interface SessionSettings {
  readonly window: StreamWindow;
  /** Whether events are sent with `old`. */
  readonly old: boolean;
  readonly ackTimeoutMs: number;
  readonly helloTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly silenceTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly maxCommands: number;
  readonly maxReplyBytes: number;
  readonly commands: CommandPort | undefined;
  readonly clock: Clock;
}
