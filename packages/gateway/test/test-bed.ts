import { Op } from '@shardgate/wire';
import {
  createGatewayManager,
  type GatewayManager,
  type GatewayOptions,
  type OpenSocket,
  type SocketHandlers,
} from '../src/index.ts';
import { wireUnderTest, type WireUnderTest } from '../../../test/beds/wire-under-test.ts';
import { createFarEndFrames, type FarEndFrames, type Message } from './far-end-frames.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

/** A frame the gateway sent. */
export interface SentFrame {
  readonly op: number;
  readonly d: unknown;
}

/** The far end of one socket: the test plays Discord. */
export interface FarEnd {
  readonly url: string;
  readonly sent: SentFrame[];
  readonly frames: FarEndFrames;
  /** How the gateway ended it: its close code, or 'terminated'. */
  ended: number | 'terminated' | undefined;
  paused: boolean;
  open(): void;
  receive(payload: { op: number; d?: unknown; s?: number | null; t?: string | null }): void;
  /** A dispatch whose data is broken. */
  receiveDamaged(t: string, s: number): void;
  close(code: number, reason?: string): void;
}

export interface TestBed {
  readonly gateway: GatewayManager;
  readonly clock: TestClock;
  /** Every socket that was opened, oldest first. */
  readonly sockets: FarEnd[];
  /** Names and arguments of life-cycle events, oldest first. */
  readonly reported: [name: string, event: Record<string, unknown>][];
  /** Sequence numbers handed to the handler. */
  readonly handled: (number | null)[];
  /** The newest socket. */
  readonly last: FarEnd;
  /** Starts shard 0 and answers as Discord does until READY. */
  ready(): Promise<FarEnd>;
  /** A dispatch of the current session with the next number. */
  dispatch(t: string, d?: unknown, s?: number): void;
}

const TOKEN = 'canary-token.secret';
const WIRE: WireUnderTest = wireUnderTest ?? { encoding: 'json', compression: 'none' };
export const HEARTBEAT_MS = 40_000;

/** A gateway with one shard over sockets and a clock that the test holds in its hands. */
export function createTestBed(options: Partial<GatewayOptions> = {}, sessionId = 'session-1'): TestBed {
  const clock = createTestClock();
  const sockets: FarEnd[] = [];
  const handled: (number | null)[] = [];
  const reported: [string, Record<string, unknown>][] = [];
  const openSocket: OpenSocket = (url, handlers) => {
    const end = createFarEnd(url, handlers, createFarEndFrames(WIRE.encoding, WIRE.compression));
    sockets.push(end);
    return {
      send: (frame) => end.sent.push(end.frames.read(frame) as SentFrame),
      close(code) {
        end.ended ??= code;
        handlers.onClose(code, '');
      },
      terminate() {
        end.ended ??= 'terminated';
        handlers.onClose(1006, '');
      },
      pause: () => void (end.paused = true),
      resume: () => void (end.paused = false),
    };
  };
  const gateway = createGatewayManager({
    token: TOKEN,
    intents: ['Guilds', 'GuildMessages'],
    ...WIRE,
    maxShards: 1,
    maxConcurrency: 1,
    urlWSS: 'ws://far-end',
    clock,
    random: () => 0.5,
    openSocket,
    handleDiscordPayload: (_gateway, data) => {
      handled.push(data.s);
    },
    ...options,
  });
  const emit = gateway.events.emit.bind(gateway.events) as (name: string, event: Record<string, unknown>) => boolean;
  gateway.events.emit = ((name: string, event: Record<string, unknown>) => {
    reported.push([name, event]);
    return emit(name, event);
  }) as typeof gateway.events.emit;
  let sequence = 0;
  const bed: TestBed = {
    gateway,
    clock,
    sockets,
    reported,
    handled,
    get last() {
      const end = sockets.at(-1);
      if (end === undefined) throw new Error('no socket was opened');
      return end;
    },
    async ready() {
      void gateway.spawnShards(gateway);
      await clock.advance(10);
      const end = bed.last;
      end.open();
      end.receive({ op: Op.Hello, d: { heartbeat_interval: HEARTBEAT_MS } });
      await clock.advance(10);
      sequence = 1;
      end.receive({
        op: Op.Dispatch,
        t: 'READY',
        s: 1,
        d: {
          session_id: sessionId,
          resume_gateway_url: 'ws://far-end/resume',
          guilds: [{ id: '100', unavailable: true }],
          user: { id: '1' },
          application: { id: '2' },
        },
      });
      await clock.advance(1);
      return end;
    },
    dispatch(t, d = {}, s = ++sequence) {
      bed.last.receive({ op: Op.Dispatch, t, s, d });
    },
  };
  return bed;
}

function createFarEnd(url: string, handlers: SocketHandlers, frames: FarEndFrames): FarEnd {
  const send = ({ bytes, isBinary }: Message): void => {
    const lent = Buffer.from(bytes);
    handlers.onMessage(lent, isBinary);
    // As the next read does.
    lent.fill(0);
  };
  const end: FarEnd = {
    url,
    sent: [],
    frames,
    ended: undefined,
    paused: false,
    open: () => handlers.onOpen(),
    receive: ({ op, d = null, s = null, t = null }) => send(frames.write({ t, s, op, d })),
    receiveDamaged: (t, s) => send(frames.writeDamaged(t, s)),
    close: (code, reason = '') => handlers.onClose(code, reason),
  };
  return end;
}
