import { randomBytes } from 'node:crypto';
import {
  eventId,
  laneName,
  RefusedError,
  type Batch,
  type LaneKey,
  type Sink,
  type SinkDoor,
} from '@shardgate/delivery';
import type { NatsConnection } from '@nats-io/transport-node';
import { lostGap, progressAfter, type LaneProgress, type LostStretch } from '../lane-progress.ts';
import { MAX_RESTARTS, STILL_FOR_MS, UNDER_WAY } from './defaults.ts';
import { noticeMessage, recordMessage, type OutMessage } from './jetstream-message.ts';
import { readJetStreamOptions, type JetStreamSinkOptions } from './jetstream-options.ts';
import { createJetStreamPublisher, type JetStreamPublisher } from './jetstream-publisher.ts';
import { lastIdOfShard, openStream, type StreamFacts } from './jetstream-stream.ts';
import { createNatsLink, loadTransport, type NatsLink } from './nats-link.ts';
import { LOOK_AGAIN, StreamRefusal, WRONG_LAST_SEQUENCE } from './nats-trouble.ts';

/** A batch on its way. */
interface Work {
  readonly batch: Batch;
  readonly messages: readonly OutMessage[];
  /** Messages stored so far, from the first on. */
  stored: number;
  /** Number of the last of them in the stream. */
  streamSeq: number;
  resolve(): void;
  reject(error: Error): void;
}

/** The last thing that the stream confirmed of a lane. */
interface Confirmed {
  readonly progress: LaneProgress;
  readonly streamSeq: number;
}

/** Bytes that a message's headers and subject take besides its body, at most. */
const HEAD_BYTES = 1_024;

/**
 * Creates a sink that publishes each event to a JetStream stream, on `<prefix>.<event name>.<shard id>`, with many publishes under way at a time.
 *
 * Each message says behind which one of the stream it is to stand, so that the stream refuses all that follow one it did not store: order is
 * kept and there is never a hole. For that the stream must be this sink's own: several gateway processes take a stream and a prefix each.
 * An event that comes again is known by its `Nats-Msg-Id`, for as long as the stream's window for duplicates.
 *
 * An event counts as acknowledged when the stream has confirmed it. While the server cannot be reached, refuses the credentials, has no JetStream or
 * a full stream the sink is not ready, says so in one line, and tries again with back-off until it is over.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; addresses are never shown
 */
export function createJetStreamSink(options: JetStreamSinkOptions): Sink {
  const settings = readJetStreamOptions(options);
  const { target, name, prefix, stream } = settings;
  const life = randomBytes(6).toString('hex');
  const confirmed = new Map<string, Confirmed>();
  const lost = new Map<string, LostStretch>();
  let queue: Work[] = [];
  let active: Work[] = [];
  let door: SinkDoor | undefined;
  let link: NatsLink | undefined;
  let publisher: JetStreamPublisher | undefined;
  let maxPayload = Number.POSITIVE_INFINITY;
  let restarts = 0;
  let isTold = false;
  /** Publishes without an answer were given up. */
  let isUnsure = false;

  /** Ends everything under way; what is stored of it is acknowledged. */
  function giveUpAll(reason: Error): void {
    if (publisher !== undefined && publisher.underWay > 0) isUnsure = true;
    publisher?.stop();
    publisher = undefined;
    const works = [...active, ...queue];
    active = [];
    queue = [];
    if (works.length === 0) return;
    for (const work of works) noteConfirmed(work);
    // Once the lanes have heard of the batches before these.
    queueMicrotask(() => {
      for (const { batch, stored, reject } of works) {
        const last = batch.records[stored - 1];
        if (last !== undefined) batch.acknowledge(last.offset);
        reject(reason);
      }
    });
  }

  function onBroken(error: unknown): void {
    const isFence = error instanceof StreamRefusal && error.code === WRONG_LAST_SEQUENCE;
    const isVague = error instanceof StreamRefusal && error.code === LOOK_AGAIN;
    if (!(error instanceof StreamRefusal)) isUnsure = true;
    giveUpAll(new Error(`not stored by the stream ${stream}: ${error instanceof Error ? error.message : 'no answer'}`));
    // The stream's place was another than we thought, as after an event that it knew already: look again, nothing is wrong.
    if (isVague || (isFence && ++restarts <= MAX_RESTARTS)) return link?.greetAgain();
    if (isFence)
      door?.report(
        'error',
        `another program publishes to the stream ${stream} of NATS ${target.where}; it must be this sink's own`,
      );
    link?.begin(error, !(error instanceof StreamRefusal));
  }

  async function greet(connection: NatsConnection): Promise<void> {
    publisher?.stop();
    const facts = await settledFacts(connection);
    if (!isTold) tellFacts(facts);
    isTold = true;
    await findLost(connection, facts.lastSeq);
    const { createInbox, headers } = await loadTransport();
    const inboxPrefix: unknown = target.connection['inboxPrefix'];
    maxPayload = connection.info?.max_payload ?? maxPayload;
    publisher = createJetStreamPublisher({
      connection,
      headers,
      inbox: createInbox(typeof inboxPrefix === 'string' ? inboxPrefix : undefined),
      lastSeq: facts.lastSeq,
      room: facts.room,
      timeoutMs: target.timeoutMs,
      clock: target.clock,
      onBroken,
    });
  }

  /** What a broken connection had sent may still be read by the server: until that is over, the stream's last number says nothing. */
  async function settledFacts(connection: NatsConnection): Promise<StreamFacts> {
    let facts = await openStream(connection, settings);
    while (isUnsure) {
      const { lastSeq } = facts;
      await new Promise<void>((resolve) => void target.clock.setTimer(resolve, STILL_FOR_MS));
      facts = await openStream(connection, settings);
      if (facts.lastSeq === lastSeq) isUnsure = false;
    }
    return facts;
  }

  function tellFacts({ isNew, storage, duplicateWindowMs }: StreamFacts): void {
    const known = `an event that comes again within ${duplicateWindowMs / 1_000} s is stored once`;
    door?.report('info', `stream ${stream} of NATS ${target.where} ${isNew ? 'was created' : 'is there'}: ${known}`);
    if (storage !== 'file')
      door?.report(
        'warn',
        `stream ${stream} keeps its messages in memory: they are lost when NATS ${target.where} restarts`,
      );
    else
      door?.report(
        'info',
        `NATS ${target.where} writes to its disk at its sync_interval (two minutes unless set): a crash of the process loses nothing, a power failure may`,
      );
  }

  /** The stream ends before what it had confirmed: it was lost, and that is told. */
  async function findLost(connection: NatsConnection, lastSeq: number): Promise<void> {
    for (const [lane, { progress, streamSeq }] of confirmed) {
      if (streamSeq <= lastSeq) continue;
      const id = await lastIdOfShard(connection, settings, Number(lane.split('/')[0]));
      const [, session, seq] = /:(.+):(\d+)$/.exec(id ?? '') ?? [];
      const after = session === undefined ? undefined : { ...progress, sessionId: session, seq: Number(seq) };
      lost.set(lane, { after, through: progress, count: null });
      confirmed.delete(lane);
      door?.report(
        'error',
        `stream ${stream} of NATS ${target.where} has lost events that it had confirmed: of shard ${lane} everything ${id === undefined ? '' : `after ${id} `}up to ${progress.sessionId}:${progress.seq}; only what consumers had read by then is not lost`,
      );
    }
  }

  function pump(): void {
    while (publisher !== undefined) {
      const work = queue[0];
      if (work === undefined) return;
      const { underWay, bytesUnderWay } = publisher;
      if (underWay > 0 && (underWay >= UNDER_WAY.messages || bytesUnderWay >= UNDER_WAY.bytes)) return;
      queue.shift();
      // Given up while it waited: the lane has it again.
      if (work.batch.signal.aborted) work.reject(new Error('given up'));
      else publish(publisher, work);
    }
  }

  function publish(to: JetStreamPublisher, work: Work): void {
    const { batch, messages } = work;
    active.push(work);
    tellConsumersOfLoss(to, batch.lane);
    messages.forEach((message, index) => {
      to.publish(message, (streamSeq) => {
        work.stored = index + 1;
        work.streamSeq = streamSeq;
        restarts = 0;
        link?.succeeded();
        if (work.stored === messages.length) stored(work);
      });
    });
  }

  function stored(work: Work): void {
    noteConfirmed(work);
    active = active.filter((one) => one !== work);
    work.resolve();
    pump();
  }

  /** What is stored of a batch, whole or not, is what a stream that comes back without it has lost. */
  function noteConfirmed({ batch, stored: count, streamSeq }: Work): void {
    const lane = laneName(batch.lane);
    const records = count === batch.records.length ? batch.records : batch.records.slice(0, count);
    const progress = progressAfter(records, life, confirmed.get(lane)?.progress);
    if (progress !== undefined && count > 0) confirmed.set(lane, { progress, streamSeq });
  }

  function tellConsumersOfLoss(to: JetStreamPublisher, lane: LaneKey): void {
    const key = laneName(lane);
    const stretch = lost.get(key);
    if (stretch === undefined) return;
    const facts = lostGap(stretch, lane, target.clock.wallTime());
    const message = noticeMessage('gap', facts, lane, { id: `lost:${key}@${stretch.through.offset}`, prefix });
    to.publish(message, () => void lost.delete(key));
  }

  return {
    name,
    open: async (opened) => {
      await link?.stop();
      door = opened;
      link = createNatsLink({
        target,
        report: opened.report,
        greet,
        onReady: (ready) => {
          if (!ready) giveUpAll(new Error(`NATS ${target.where} is not ready`));
          opened.setReady(ready);
        },
      });
      link.start();
    },
    deliver: (batch) =>
      new Promise((resolve, reject) => {
        if (publisher === undefined) throw new Error(`NATS ${target.where} is not connected`);
        const messages = batch.records.map((record) => recordMessage(record, settings));
        const large = messages.findIndex(({ bytes }) => bytes.length + HEAD_BYTES > maxPayload);
        if (large !== -1) throw new RefusedError(tooLarge(batch, large, messages[large]?.bytes.length ?? 0));
        queue.push({ batch, messages, stored: 0, streamSeq: 0, resolve, reject });
        pump();
      }),
    close: async () => {
      giveUpAll(new Error('the sink was closed'));
      await link?.stop();
      link = undefined;
    },
  };

  function tooLarge({ records }: Batch, index: number, size: number): string {
    const record = records[index];
    const id = record?.kind === 'event' ? (eventId(record) ?? record.t) : 'a gap';
    return `${id} has ${size} bytes, more than NATS ${target.where} takes (max_payload ${maxPayload})`;
  }
}
