import { isLoopback } from '../access/loopback.ts';
import { laneName } from '../delivery-record.ts';
import type { DeliveryRecord } from '../delivery-record.ts';
import { createLaneQueue } from '../queues/lane-queue.ts';
import { recordLines } from '../records/record-lines.ts';
import type { Batch, Sink } from '../sink.ts';
import { acknowledgedIn } from './batch-reply.ts';
import { eventBody, eventHeaders } from './event-body.ts';
import { createHttpConsumer } from './http-consumer.ts';
import type { HttpConsumer } from './http-consumer.ts';
import { readHttpSinkOptions } from './http-sink-options.ts';
import type { HttpSinkOptions } from './http-sink-options.ts';

/**
 * Creates a sink that posts events to an HTTP consumer, in order for each shard and one request at a time; shards do not wait for each
 * other. Connections are kept open between requests.
 *
 * With `format: 'event'` each request has one event, `{"shardId":n,"data":<payload>}`, as the tutorial's event handler takes it (and `"old"`, the
 * object before the event, where a state knows it), and any 2xx acknowledges it. With `format: 'batch'` a request has many, one line of JSON each, which is many times faster; a 2xx acknowledges
 * all, or with the body `{"acknowledged":<offset>}` those up to that offset.
 *
 * 429 and 503 with `Retry-After` pause the lane; 400, 413 and 422 refuse the records; 401 and 403 are reported and asked again slowly;
 * everything else, redirects included, is tried again. An event can reach the consumer twice when an answer was lost.
 *
 * Requests of a lane are not pipelined on purpose: a consumer may have handled the requests behind one that failed, and then gets that one
 * after them.
 *
 * @throws {TypeError | RangeError} an option is unknown or wrong; keys are never shown
 */
export function createHttpSink(options: HttpSinkOptions): Sink {
  const settings = readHttpSinkOptions(options);
  let consumers: readonly HttpConsumer[] = [];
  let queue = createLaneQueue();

  function consumerOf(batch: Batch): HttpConsumer {
    const consumer = consumers[batch.lane.shardId % consumers.length];
    if (consumer === undefined) throw new Error(`sink ${settings.name} is not open`);
    return consumer;
  }

  /** One request an event. */
  async function sendEach(batch: Batch): Promise<void> {
    for (const [index, record] of batch.records.entries()) {
      if (record.kind === 'event' || settings.gaps) {
        const attempt = index === 0 ? batch.attempt : 0;
        await consumerOf(batch).send(eventHeaders(record, attempt), eventBody(record, settings.old), batch.signal);
      }
      batch.acknowledge(record.offset);
    }
  }

  /** One request for all, and another one for the rest as long as the consumer takes a part each time. */
  async function sendTogether(batch: Batch): Promise<void> {
    let rest: readonly DeliveryRecord[] = batch.records;
    const headers = { 'shardgate-attempt': String(batch.attempt), 'shardgate-lane': laneName(batch.lane) };
    while (rest.length > 0) {
      const body = recordLines(rest, { old: settings.old });
      const reply = await consumerOf(batch).send(headers, body, batch.signal);
      const offset = acknowledgedIn(reply.body, rest);
      batch.acknowledge(offset);
      rest = rest.filter((record) => record.offset > offset);
    }
  }

  return {
    name: settings.name,
    open: (door) => {
      for (const url of settings.urls) {
        if (
          url.protocol === 'http:' &&
          !isLoopback(url.hostname) &&
          (settings.secretKey ?? settings.signingKey) !== undefined
        )
          door.report('warn', `${url.origin} is reached without TLS: events and the secret key can be read on the way`);
      }
      queue = createLaneQueue();
      consumers = settings.urls.map((url) => createHttpConsumer(url, settings, door));
      door.setReady(true);
    },
    deliver: (batch) =>
      queue.run(batch.lane, () => (settings.format === 'event' ? sendEach(batch) : sendTogether(batch))),
    close: async () => {
      const open = consumers;
      consumers = [];
      await Promise.all(open.map((consumer) => consumer.close()));
    },
  };
}
