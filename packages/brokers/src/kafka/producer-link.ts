import type { SinkDoor } from '@shardgate/delivery';
import { backOffMs } from '../ports/back-off.ts';
import type { TimerHandle } from '../ports/clock.ts';
import { createTroubleLog } from '../trouble-log.ts';
import { TIMEOUTS } from './defaults.ts';
import type { KafkaSettings } from './kafka-options.ts';
import type { KafkaMessage, KafkaProducer } from './kafka-producer.ts';
import { kafkaTrouble } from './kafka-trouble.ts';

/** A producer that is made anew after each failure, as long as it takes. */
export interface ProducerLink {
  start(): void;
  readonly isReady: boolean;
  /** Sends, within the time there is. A failure is the end of the producer: see {@link createProducerLink}. */
  send(messages: KafkaMessage[]): Promise<void>;
  stop(): void;
}

/**
 * Creates a link without a producer.
 *
 * A producer is never used after a failed send. It counts its messages for the broker, and does not count what failed: were the failed ones
 * stored after all, the broker would take as many of the next for their repetition, and drop them.
 */
export function createProducerLink(
  settings: KafkaSettings,
  report: SinkDoor['report'],
  onReady: (ready: boolean) => void,
): ProducerLink {
  const { where, topic, backOff, clock, random } = settings;
  const timeoutMs = settings.timeoutMs * TIMEOUTS;
  const log = createTroubleLog(`Kafka ${where}`, clock, backOff, report);
  let producer: KafkaProducer | undefined;
  let isStopped = true;
  let isReady = false;
  let failures = 0;
  let timer: TimerHandle;
  /** Ends the waits for an answer. */
  const waits = new Set<(error: Error) => void>();

  /** The answer, or an error when there is none in time. */
  const answered = (work: Promise<unknown>): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (error?: unknown): void => {
        clock.clearTimer(limit);
        waits.delete(end);
        if (error === undefined) resolve();
        else reject(error instanceof Error ? error : new Error('failed for an unknown reason'));
      };
      const limit = clock.setTimer(() => end(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      waits.add(end);
      work.then(
        () => end(),
        (error: unknown) => end(error ?? new Error('failed for an unknown reason')),
      );
    });

  const drop = (): void => {
    const dropped = producer;
    producer = undefined;
    // A replaced method may throw, and need not return a promise.
    void (async () => dropped?.disconnect())().catch(() => {});
  };

  const failed = (error: unknown): void => {
    if (isStopped) return;
    const wasReady = isReady;
    isReady = false;
    drop();
    if (wasReady) onReady(false);
    failures++;
    const retryInMs = backOffMs(failures, random(), backOff);
    log.tell(kafkaTrouble(error), retryInMs);
    clock.clearTimer(timer);
    timer = clock.setTimer(() => void attempt(), retryInMs);
  };

  /** Does not reject. */
  const attempt = async (): Promise<void> => {
    let own: KafkaProducer | undefined;
    try {
      own = await settings.createProducer();
      if (isStopped) return;
      producer = own;
      await answered(own.connect());
    } catch (error) {
      if (producer === own) failed(error);
      return;
    }
    if (isStopped || producer !== own) return;
    isReady = true;
    onReady(true);
  };

  return {
    get isReady() {
      return isReady;
    },
    start: () => {
      isStopped = false;
      void attempt();
    },
    send: async (messages) => {
      const own = producer;
      if (own === undefined || !isReady) throw new Error(`Kafka ${where} is not ready`);
      try {
        await answered(own.send({ topic, messages }));
      } catch (error) {
        if (producer === own) failed(error);
        throw error;
      }
      failures = 0;
      log.over();
    },
    stop: () => {
      isStopped = true;
      isReady = false;
      clock.clearTimer(timer);
      drop();
      for (const end of waits) end(new Error('the sink was closed'));
    },
  };
}
