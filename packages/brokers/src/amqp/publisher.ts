import type { ConfirmChannel } from 'amqplib';
import { createLaneQueue, RefusedError, type Batch, type DeliveryRecord } from '@shardgate/delivery';
import type { TimerHandle } from '../ports/clock.ts';
import { createConfirmation, type Confirmation } from './confirmation.ts';
import { MAX_UNCONFIRMED_BYTES } from './defaults.ts';
import { gapMessage, recordMessage, type EventMessage } from './event-message.ts';
import type { LaneMarks } from './lane-marks.ts';
import { createMessageWriter } from './message-writer.ts';
import { bodyLength } from './publish-frames.ts';
import { createQueueRoom } from './queue-room.ts';
import type { AmqpSinkSettings } from './sink-options.ts';

/** Publishes batches on one channel, for as long as the channel lives. */
export interface Publisher {
  /** Resolves when the broker has confirmed the whole batch. Batches of a lane are published in the order of the calls. */
  deliver(batch: Batch): Promise<void>;
  /** The broker is blocked, so that its silence means nothing; or not any more. */
  setBlocked(isBlocked: boolean): void;
  /** The channel is gone: everything that is under way rejects. */
  end(reason: Error): void;
}

export interface PublisherListener {
  /** The queue is full, or not any more. */
  onFull(isFull: boolean): void;
  /** The channel is of no use any more. */
  onFailure(reason: Error): void;
  /** A gap that consumers are not told of. */
  onUntoldGap(): void;
}

export function createPublisher(
  channel: ConfirmChannel,
  settings: AmqpSinkSettings,
  marks: LaneMarks,
  listener: PublisherListener,
): Publisher {
  const { exchange, queue, maxLength, clock } = settings;
  const writer = createMessageWriter(channel, exchange);
  const lanes = createLaneQueue();
  const underWay = new Set<Confirmation>();
  let ended: Error | undefined;
  let unconfirmed = 0;
  let unconfirmedBytes = 0;
  let isSocketFull = false;
  let isQueueFull = false;
  let isBlocked = false;
  let lastConfirmAt = 0;
  let silenceTimer: TimerHandle;
  let waiting: (() => void)[] = [];

  const room =
    queue === undefined || maxLength === undefined
      ? undefined
      : createQueueRoom(channel, {
          queue,
          maxLength,
          clock,
          unconfirmed: () => unconfirmed,
          onRoom(hasRoom) {
            isQueueFull = !hasRoom;
            listener.onFull(isQueueFull);
            wake();
          },
          onError: listener.onFailure,
        });

  const mustWait = (): boolean =>
    isSocketFull || isQueueFull || unconfirmed >= settings.maxUnconfirmed || unconfirmedBytes >= MAX_UNCONFIRMED_BYTES;

  const wake = (): void => {
    if (mustWait() && ended === undefined) return;
    const woken = waiting;
    waiting = [];
    for (const go of woken) go();
  };

  const watchSilence = (): void => {
    silenceTimer = undefined;
    if (unconfirmed === 0 || ended !== undefined) return;
    const silentMs = clock.now() - lastConfirmAt;
    if (silentMs >= settings.confirmTimeoutMs && !isBlocked) {
      listener.onFailure(new Error(`the broker has confirmed nothing for ${Math.round(silentMs)} ms`));
      return;
    }
    silenceTimer = clock.setTimer(
      watchSilence,
      isBlocked ? settings.confirmTimeoutMs : settings.confirmTimeoutMs - silentMs,
    );
  };

  const publish = (message: EventMessage, confirmed: (error: Error | null) => void): void => {
    const bytes = bodyLength(message.body);
    const settle = (error: Error | null): void => {
      unconfirmed--;
      unconfirmedBytes -= bytes;
      confirmed(error);
      if (waiting.length > 0) wake();
    };
    isSocketFull = !writer.publish(message, settle);
    if (unconfirmed === 0) lastConfirmAt = clock.now();
    unconfirmed++;
    unconfirmedBytes += bytes;
    if (silenceTimer === undefined) silenceTimer = clock.setTimer(watchSilence, settings.confirmTimeoutMs);
  };

  /** Before the lane's next record: what the broker had confirmed and then lost. */
  const publishLoss = (confirmation: Confirmation): void => {
    const { lane } = confirmation.batch;
    const loss = marks.lossOf(lane);
    if (loss === undefined) return;
    if (!settings.gaps) return marks.lossTold(lane, loss);
    const { sessionId, seq } = loss;
    const facts = { ...lane, sessionId, afterSeq: null, nextSeq: seq === null ? null : seq + 1, count: null };
    const gap = gapMessage({ ...facts, cause: 'brokerLost', detectedAt: clock.wallTime() });
    publish(gap, (error) => (error === null ? marks.lossTold(lane, loss) : confirmation.fail(error)));
  };

  const publishRecord = (confirmation: Confirmation, record: DeliveryRecord, index: number): void => {
    if (record.kind !== 'event' && !settings.gaps) {
      if (record.kind === 'gap') listener.onUntoldGap();
      return confirmation.confirm(index);
    }
    publish(recordMessage(record, settings), (error) => {
      if (error === null) confirmation.confirm(index);
      else confirmation.fail(new Error(`the broker refused a message: ${error.message}`));
    });
  };

  /** Resolves when all of it is on its way. */
  const send = async (confirmation: Confirmation): Promise<void> => {
    const { batch } = confirmation;
    for (const [index, record] of batch.records.entries()) {
      while (ended === undefined && !batch.signal.aborted && (mustWait() || room?.take() === false))
        await new Promise<void>((resolve) => waiting.push(resolve));
      if (ended !== undefined) throw ended;
      if (batch.signal.aborted) throw new Error('the lane gave up on the batch');
      try {
        if (index === 0) publishLoss(confirmation);
        publishRecord(confirmation, record, index);
      } catch (error) {
        // amqplib cannot write it down, or its channel is closed.
        throw error instanceof TypeError ? new RefusedError(`it cannot be a message: ${error.message}`) : error;
      }
      // After a failure one goes ahead: if that is refused too, none that follow must be taken in its place.
      if (index === 0 && batch.attempt > 0) await confirmation.first;
    }
  };

  const heard = (): void => {
    lastConfirmAt = clock.now();
  };
  channel.on('ack', heard);
  channel.on('nack', heard);
  channel.on('drain', () => {
    isSocketFull = false;
    wake();
  });

  return {
    async deliver(batch) {
      if (ended !== undefined) throw ended;
      const confirmation = createConfirmation(batch, marks.confirmed);
      underWay.add(confirmation);
      try {
        // A refusal also ends what of the batch is not published yet.
        await Promise.race([lanes.run(batch.lane, () => send(confirmation)), confirmation.done]);
        await confirmation.done;
      } catch (error) {
        confirmation.fail(error instanceof Error ? error : new Error(String(error)));
        throw error;
      } finally {
        underWay.delete(confirmation);
      }
    },
    setBlocked(blocked) {
      isBlocked = blocked;
      lastConfirmAt = clock.now();
    },
    end(reason) {
      if (ended !== undefined) return;
      ended = reason;
      room?.end();
      clock.clearTimer(silenceTimer);
      for (const confirmation of underWay) confirmation.fail(reason);
      // Behind the failures, with which the last confirmations are noted.
      for (const { next } of underWay) if (next?.kind === 'event') marks.unconfirmed(next);
      wake();
    },
  };
}
