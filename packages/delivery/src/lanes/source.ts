import type { GatewayManager } from '@shardgate/gateway';
import { laneName, weightOf, type DeliveryRecord, type LaneKey } from '../delivery-record.ts';

/** Below this many records at the front that are gone, the array is left as it is. */
const TRIM_AT = 1_024;

/**
 * The records of one shard, newest part in memory. Offsets in memory have no holes:
 * {@link Source.first} is the offset of the oldest record in memory, {@link Source.next} the one that the next record gets.
 */
export class Source implements LaneKey {
  readonly shardId: number;
  readonly shardCount: number;
  /** `<shardId>/<shardCount>`. */
  readonly name: string;
  /** Offset of the first record of this process. */
  readonly base: number;
  next: number;
  /** Highest offset that may be sent: later ones wait for others to go with. */
  sendable: number;
  /** Bytes of the records in memory. */
  bytes = 0;
  /** Highest offset that was given to the journal. */
  journaled: number;
  /** Highest offset up to which everything that a required sink still needs is on disk. */
  durable: number;
  /** Highest offset that the gateway was told is settled. */
  settled: number;
  /** Highest offset of a record that is not in the journal though later ones are. */
  unjournaled = -1;
  /** Highest offset that left the memory without being anywhere else. */
  dropped = -1;
  /** Session and sequence number of the newest event: what comes again at or below it is known already. */
  sessionId = '';
  seq = 0;
  /** Of the same session, the highest number that the gateway was told is settled. */
  settledSeq = 0;
  /** Who handed over its newest event. */
  manager: GatewayManager | undefined;
  /** In the row of those that are looked at when this tick is over. */
  isDue = false;
  /** In the row of those whose newest events go to the journal when this tick is over. */
  isUnwritten = false;
  #records: (DeliveryRecord | undefined)[] = [];
  #head = 0;

  /** @param next offset of the first record */
  constructor({ shardId, shardCount }: LaneKey, next: number) {
    this.shardId = shardId;
    this.shardCount = shardCount;
    this.name = laneName({ shardId, shardCount });
    this.base = next;
    this.next = next;
    this.sendable = next - 1;
    this.journaled = next - 1;
    this.durable = next - 1;
    this.settled = next - 1;
  }

  get first(): number {
    return this.next - (this.#records.length - this.#head);
  }

  get count(): number {
    return this.#records.length - this.#head;
  }

  /** Takes a record, whose offset must be `next`. */
  push(record: DeliveryRecord): void {
    this.#records.push(record);
    this.next++;
    this.bytes += weightOf(record);
  }

  /** The record of an offset, where it is in memory. */
  at(offset: number): DeliveryRecord | undefined {
    return this.#records[this.#head + offset - this.first];
  }

  /** Records in memory from one offset to another, both included; none of them may be missing. */
  slice(from: number, to: number): DeliveryRecord[] {
    const start = this.#head + from - this.first;
    return this.#records.slice(start, start + to - from + 1) as DeliveryRecord[];
  }

  /** Forgets the records up to and with an offset; gives the bytes that this frees. */
  release(through: number): number {
    const before = this.bytes;
    const head = Math.min(this.#records.length, this.#head + through - this.first + 1);
    for (let index = this.#head; index < head; index++) {
      const record = this.#records[index];
      if (record !== undefined) this.bytes -= weightOf(record);
      // The array may live on for a while; the bytes must not.
      this.#records[index] = undefined;
    }
    if (head <= this.#head) return 0;
    this.#head = head;
    if (head === this.#records.length) {
      this.#records = [];
      this.#head = 0;
    } else if (head >= TRIM_AT && head * 2 >= this.#records.length) {
      this.#records.splice(0, head);
      this.#head = 0;
    }
    return before - this.bytes;
  }
}
