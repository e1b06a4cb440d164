import type { ConfirmChannel, ConsumeMessage, Options } from 'amqplib';
import { CommandError } from '@shardgate/delivery';

/** What becomes of a message; nothing any more once its channel is gone, since the broker then gives it to the next. None of these reject. */
export interface CommandReplies {
  succeed(message: ConsumeMessage, result: unknown): Promise<void>;
  /** To the dead-letter queue, with a reason. */
  deadLetter(message: ConsumeMessage, error: unknown): Promise<void>;
  /** To the queue of another process; resolves with false when there is no such queue. */
  forward(message: ConsumeMessage, queue: string): Promise<boolean>;
  /** Back to its queue. */
  giveBack(message: ConsumeMessage): void;
  /** How often it was passed on. */
  hopsOf(message: ConsumeMessage): number;
  end(): void;
}

const HOPS = 'x-shardgate-hops';
const REASON = 'x-shardgate-reason';
const MESSAGE = 'x-shardgate-message';
/** Numbers what is passed on, to know it again when the broker gives it back. */
const PASSING = 'x-shardgate-passing';

/** What the broker did with a message: has it, gave it back for want of the queue, or was gone before it said. */
type Outcome = 'kept' | 'returned' | 'unknown';

/**
 * @param onNoDeadLetters the dead-letter queue is not there any more
 */
export function createCommandReplies(
  channel: ConfirmChannel,
  deadLetterQueue: string,
  onNoDeadLetters: () => void,
): CommandReplies {
  const returned = new Set<unknown>();
  let passed = 0;
  let isEnded = false;

  // The broker gives a message back before it confirms it.
  channel.on('return', ({ properties }) => returned.add(properties.headers?.[PASSING]));

  const publish = (queue: string, body: Buffer, properties: Options.Publish): Promise<Outcome> =>
    new Promise((resolve) => {
      if (isEnded) return resolve('unknown');
      const number: unknown = (properties.headers as Record<string, unknown> | undefined)?.[PASSING];
      try {
        // Back-pressure comes from the prefetch: there is one message here for each one that was taken.
        channel.sendToQueue(queue, body, properties, (error) => {
          const isReturned = returned.delete(number);
          resolve(error !== null ? 'unknown' : isReturned ? 'returned' : 'kept');
        });
      } catch {
        resolve('unknown');
      }
    });

  const settle = (message: ConsumeMessage, isDone: boolean): void => {
    if (isEnded) return;
    try {
      if (isDone) channel.ack(message);
      else channel.nack(message, false, true);
    } catch {
      // The channel is closing, and the message goes back by that.
    }
  };

  const answer = async ({ properties }: ConsumeMessage, body: object): Promise<void> => {
    const { replyTo, correlationId } = properties as { replyTo?: unknown; correlationId?: unknown };
    if (typeof replyTo !== 'string' || replyTo === '') return;
    await publish(replyTo, Buffer.from(JSON.stringify(body)), {
      contentType: 'application/json',
      ...(typeof correlationId === 'string' ? { correlationId } : {}),
    });
  };

  /** The same message, persistent, with more headers. */
  const passOn = (message: ConsumeMessage, queue: string, headers: Record<string, unknown>): Promise<Outcome> => {
    const { contentType, correlationId, replyTo, messageId, type } = message.properties as Options.Publish;
    const kept = { contentType, correlationId, replyTo, messageId, type };
    return publish(queue, message.content, {
      ...Object.fromEntries(Object.entries(kept).filter(([, value]) => typeof value === 'string')),
      headers: { ...message.properties.headers, ...headers, [PASSING]: ++passed },
      persistent: true,
      mandatory: true,
    });
  };

  const hopsOf = ({ properties }: ConsumeMessage): number => {
    const hops: unknown = properties.headers?.[HOPS];
    return typeof hops === 'number' && hops > 0 ? hops : 0;
  };

  return {
    async succeed(message, result) {
      await answer(message, { ok: true, result });
      settle(message, true);
    },
    async deadLetter(message, error) {
      const reason = reasonOf(error);
      const outcome = await passOn(message, deadLetterQueue, { [REASON]: reason.code, [MESSAGE]: reason.message });
      if (outcome === 'kept') await answer(message, { ok: false, error: reason });
      if (outcome === 'returned') onNoDeadLetters();
      else settle(message, outcome === 'kept');
    },
    async forward(message, queue) {
      const outcome = await passOn(message, queue, { [HOPS]: hopsOf(message) + 1 });
      if (outcome !== 'returned') settle(message, outcome === 'kept');
      return outcome !== 'returned';
    },
    giveBack: (message) => settle(message, false),
    hopsOf,
    end() {
      isEnded = true;
    },
  };
}

function reasonOf(error: unknown): { code: string; message: string; retryAfterMs?: number } {
  if (error instanceof CommandError) return error.toJSON();
  // What a replaced method threw is none of the sender's business.
  return { code: 'internal', message: 'the command failed' };
}
