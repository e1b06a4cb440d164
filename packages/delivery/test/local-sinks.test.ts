import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createHttpSink, createStdioSink, createUnixSink, createWebSocketSink, type Sink } from '../src/index.ts';
import { noContent, startPeer, type Peer as HttpPeer } from './http-bed.ts';
import { checkSink, type Arrival, type SinkBed } from './sink-contract.ts';
import { temporaryFolder } from './stream-bed.ts';
import { joinPeer, type Message, type Peer } from './stream-peer.ts';

/** What a payload's data name. */
type Numbered = { readonly d: { readonly n: number } };

/** A client of the stream protocol that acknowledges what it gets, unless it is paused. */
async function startStream(sink: Sink, url: () => string): Promise<SinkBed> {
  const arrivals: Arrival[] = [];
  let client: Peer | undefined;
  let isPaused = false;
  let taken = 0;
  const take = (message: Message): void => {
    const { op, lane, epoch } = message;
    if (op !== 'events' && op !== 'gap') return;
    const events = (message['events'] ?? []) as { offset: number; payload: Numbered }[];
    arrivals.push(...(op === 'gap' ? ['gap' as const] : events.map(({ payload }) => payload.d.n)));
    client?.send({ op: 'ack', lane, epoch, offset: op === 'gap' ? message['offset'] : events.at(-1)?.offset });
  };
  const timer = setInterval(() => {
    for (const text of isPaused ? [] : (client?.texts.slice(taken) ?? [])) {
      taken++;
      take(JSON.parse(text) as Message);
    }
  }, 2);
  timer.unref();
  const comeBack = async (): Promise<void> => {
    taken = 0;
    client = await joinPeer(url());
  };
  return {
    sink: {
      ...sink,
      open: async (door) => {
        await sink.open(door);
        await comeBack();
      },
    },
    received: async () => arrivals,
    pause: () => void (isPaused = true),
    resume: () => void (isPaused = false),
    leave: async () => {
      client?.cut();
      client = undefined;
    },
    comeBack,
  };
}

async function startUnix(): Promise<SinkBed> {
  const path = join(await temporaryFolder(), 'events.sock');
  return startStream(createUnixSink({ name: 'bot', path }), () => `unix:${path}`);
}

async function startWebSocket(): Promise<SinkBed> {
  const sink = createWebSocketSink({ name: 'bot', port: 0 });
  return startStream(sink, () => `ws://127.0.0.1:${sink.address?.port}/`);
}

async function startHttp(format: 'event' | 'batch'): Promise<SinkBed> {
  const arrivals: Arrival[] = [];
  const held: (() => void)[] = [];
  let isPaused = false;
  const answer = ({ body }: { readonly body: Buffer }, response: ServerResponse): void => {
    const take = (): void => {
      for (const line of body.toString().trimEnd().split('\n')) {
        const { data } = JSON.parse(line) as { data?: Numbered };
        arrivals.push(data === undefined ? 'gap' : data.d.n);
      }
      noContent(response);
    };
    if (isPaused) held.push(take);
    else take();
  };
  let peer: HttpPeer = await startPeer(answer);
  const { port, url } = peer;
  return {
    sink: createHttpSink({ name: 'bot', url, format, ...(format === 'event' ? { gaps: true } : {}) }),
    received: async () => arrivals,
    pause: () => void (isPaused = true),
    resume: () => {
      isPaused = false;
      for (const take of held.splice(0)) take();
    },
    leave: () => peer.close(),
    comeBack: async () => void (peer = await startPeer(answer, port)),
  };
}

async function startPipe(): Promise<SinkBed> {
  let text = '';
  let isPaused = false;
  let goOn = (): void => {};
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const take = (): void => {
        text += chunk.toString();
        done();
      };
      if (isPaused) goOn = take;
      else take();
    },
  });
  const never = async (): Promise<void> => Promise.reject(new Error('a pipe does not open again'));
  return {
    sink: createStdioSink({ name: 'bot', output }),
    received: async () =>
      text.split('\n').flatMap((line): Arrival[] => {
        if (line === '') return [];
        const { data } = JSON.parse(line) as { data?: Numbered };
        return [data === undefined ? 'gap' : data.d.n];
      }),
    pause: () => void (isPaused = true),
    resume: () => {
      isPaused = false;
      goOn();
      goOn = () => {};
    },
    leave: never,
    comeBack: never,
  };
}

checkSink('createUnixSink', startUnix);
checkSink('createWebSocketSink', startWebSocket);
checkSink('createHttpSink with an event a request', () => startHttp('event'));
checkSink('createHttpSink with a batch a request', () => startHttp('batch'));
checkSink('createStdioSink', startPipe, { comesBack: false });
