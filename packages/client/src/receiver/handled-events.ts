import type { ReceivedEvent } from '../event.ts';
import { EventMemory } from './event-memory.ts';

/** Sees to it that no event is handled twice. */
export class HandledEvents {
  readonly #memory: EventMemory;
  // The session of the event before: events come in runs of one session, and to make and hash its name anew for each costs more than to look the event up.
  #shardId = 0;
  #shardCount = 0;
  #sessionId = '';
  #session = '0/0:';

  constructor(limit: number) {
    this.#memory = new EventMemory(limit);
  }

  /**
   * Runs `work` unless it has succeeded for that event before, as {@link EventMemory.once} does. An event with an id is known by its session and number, or by
   * the id where the sender did not say those; one without is always new, since nothing tells it from another.
   */
  once(event: ReceivedEvent, work: () => Promise<void> | undefined): boolean | Promise<boolean> {
    const { id, shardId, shardCount, sessionId, seq } = event;
    if (id === null) return work()?.then(() => true) ?? true;
    if (shardCount === null || sessionId === null || seq === null) return this.#memory.once('', id, work);
    if (sessionId !== this.#sessionId || shardId !== this.#shardId || shardCount !== this.#shardCount) {
      this.#shardId = shardId;
      this.#shardCount = shardCount;
      this.#sessionId = sessionId;
      this.#session = `${shardId}/${shardCount}:${sessionId}`;
    }
    return this.#memory.once(this.#session, seq, work);
  }
}
