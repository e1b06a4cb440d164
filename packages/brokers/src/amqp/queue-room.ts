import type { Channel } from 'amqplib';
import type { Clock, TimerHandle } from '../ports/clock.ts';
import { FULL_POLL_MS } from './defaults.ts';

/**
 * How many more messages a queue with a bounded length takes. It is asked for its length before it is full: of many messages that are under way a
 * full queue refuses some and, when a consumer has made room, takes later ones, and the order would be lost.
 */
export interface QueueRoom {
  /** Whether one more message may go; counts it. */
  take(): boolean;
  end(): void;
}

export interface QueueRoomSettings {
  readonly queue: string;
  readonly maxLength: number;
  readonly clock: Clock;
  /** Messages on their way that the queue may not have counted yet. */
  unconfirmed(): number;
  /** There is room after there was none, or none after there was some. */
  onRoom(hasRoom: boolean): void;
  onError(error: Error): void;
}

export function createQueueRoom(channel: Channel, settings: QueueRoomSettings): QueueRoom {
  const { queue, maxLength, clock } = settings;
  let left = 0;
  /** Asked again when half of what there was is used up. */
  let askAt = 0;
  let taken = 0;
  let isAsking = false;
  let isEnded = false;
  let hasRoom = true;
  let timer: TimerHandle;

  const told = (room: boolean): void => {
    if (hasRoom === room) return;
    hasRoom = room;
    settings.onRoom(room);
  };

  const ask = (): void => {
    if (isAsking || isEnded) return;
    isAsking = true;
    // Some of these are counted twice, which is the safe side.
    const unknown = settings.unconfirmed();
    const before = taken;
    channel.checkQueue(queue).then(
      ({ messageCount }) => {
        isAsking = false;
        if (isEnded) return;
        left = maxLength - messageCount - unknown - (taken - before);
        askAt = Math.floor(left / 2);
        told(left > 0);
        if (left <= 0) timer = clock.setTimer(ask, FULL_POLL_MS);
      },
      (error: Error) => void (isEnded || settings.onError(error)),
    );
  };

  ask();
  return {
    take() {
      if (left <= 0) {
        told(false);
        return false;
      }
      left--;
      // The question goes out before the message does: the answer does not count it.
      if (left <= askAt) ask();
      taken++;
      return true;
    },
    end() {
      isEnded = true;
      clock.clearTimer(timer);
    },
  };
}
