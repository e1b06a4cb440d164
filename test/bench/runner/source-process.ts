import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { StreamKind } from './cell.ts';
import type { SendOrder, SourceMessage, SourceOptions } from './messages.ts';

/** Preparing a stream takes a few seconds. */
const PREPARE_MS = 120_000;

/** What a source sends, known before it sends it. */
export type StreamFacts = Omit<Extract<SourceMessage, { kind: 'listening' }>, 'kind'>;
export type Sent = Omit<Extract<SourceMessage, { kind: 'sent' }>, 'kind'>;

export interface Source {
  readonly facts: StreamFacts;
  /** Starts sending; what it resolves with tells what it took. */
  send(order: Omit<SendOrder, 'kind'>, timeoutMs: number): Promise<Sent>;
  stop(): Promise<void>;
}

const SEED = 1;

/** @param nodeWithZstd for `zstd-stream`, a Node.js that has it */
export async function startSource(kind: StreamKind, eventsPerShard: number, nodeWithZstd?: string): Promise<Source> {
  const parameter: SourceOptions = { ...kind, eventsPerShard, seed: SEED };
  const child: Child<SourceMessage> = startChild({
    program: 'source/source.js',
    parameter,
    execPath: kind.compression === 'zstd-stream' ? nodeWithZstd : undefined,
  });
  const { kind: _, ...facts } = await child.next('listening', PREPARE_MS);
  return {
    facts,
    async send(order, timeoutMs) {
      child.send({ kind: 'send', ...order });
      const { kind: __, ...sent } = await child.next('sent', timeoutMs);
      return sent;
    },
    stop: () => child.stop(),
  };
}
