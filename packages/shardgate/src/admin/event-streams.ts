import type { ServerResponse } from 'node:http';
import type { Incident } from '../service/service-view.ts';
import type { AdminLog } from './admin-server.ts';
import * as defaults from './defaults.ts';

/** Headers by their names. */
export type HeaderFields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Where the events of the streams come from. */
export interface EventSource {
  /** What every reader is told each interval. */
  takeSnapshot(): object;
  onIncident(listener: (incident: Incident) => void): () => void;
}

/** The readers of `/api/events`. */
export interface EventStreams {
  /** Whether one more is let in. */
  hasRoom(): boolean;
  /** Answers a request with a stream that ends when its reader leaves, lags too far behind, or at `close`. */
  open(response: ServerResponse, headers: HeaderFields): void;
  /** Ends all streams; opens none any more. */
  close(): void;
}

/**
 * Sends server-sent events to any number of readers. What is sent is made once for all of them, and nothing is made while there is none.
 *
 * A reader that has not taken the last snapshot misses the next; one that stands still is cut off. So what waits for it is bounded.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function createEventStreams(source: EventSource, intervalMs: number, log?: AdminLog): EventStreams {
  /** Readers, with the snapshots that each has missed in a row. */
  const readers = new Map<ServerResponse, number>();
  let stopTelling: (() => void) | undefined;
  let isClosed = false;

  /** Empty where there is none to be had. */
  const snapshotText = (): string => {
    try {
      return eventText('snapshot', source.takeSnapshot());
    } catch (error) {
      log?.error({ err: error }, 'a snapshot cannot be taken');
      return '';
    }
  };

  const sendSnapshot = (): void => {
    const text = snapshotText();
    if (text === '') return;
    for (const [reader, missed] of readers) {
      if (reader.writableLength === 0) {
        readers.set(reader, 0);
        reader.write(text);
      } else if (missed < defaults.MAX_MISSED_SNAPSHOTS) readers.set(reader, missed + 1);
      else cutOff(reader);
    }
  };

  const sendSmall = (text: string): void => {
    for (const reader of readers.keys()) {
      if (reader.writableLength > defaults.MAX_STREAM_BYTES) cutOff(reader);
      else reader.write(text);
    }
  };

  const cutOff = (reader: ServerResponse): void => {
    log?.warn({ waitingBytes: reader.writableLength }, 'an event stream is cut off: its reader is too slow');
    reader.destroy();
  };

  const startTelling = (): (() => void) => {
    const snapshots = setInterval(sendSnapshot, intervalMs);
    const comments = setInterval(sendSmall, defaults.COMMENT_INTERVAL_MS, ': still here\n\n');
    const unsubscribe = source.onIncident((incident) => sendSmall(eventText('incident', incident)));
    return () => {
      clearInterval(snapshots);
      clearInterval(comments);
      unsubscribe();
    };
  };

  const leave = (reader: ServerResponse): void => {
    readers.delete(reader);
    if (readers.size > 0) return;
    stopTelling?.();
    stopTelling = undefined;
  };

  return {
    hasRoom: () => !isClosed && readers.size < defaults.MAX_STREAMS,
    open(response, headers) {
      // Its reader left while it was let in, and will not be heard of again.
      if (response.destroyed) return;
      response.on('error', () => {});
      response.once('close', () => leave(response));
      for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      readers.set(response, 0);
      stopTelling ??= startTelling();
      response.write(`retry: ${defaults.RECONNECT_MS}\n\n${snapshotText()}`);
    },
    close() {
      isClosed = true;
      for (const reader of readers.keys()) reader.end();
    },
  };
}

function eventText(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
