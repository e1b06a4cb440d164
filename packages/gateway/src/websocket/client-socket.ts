import type { Socket } from 'node:net';
import type { Clock, TimerHandle } from '../ports/clock.ts';
import type { Soon } from '../ports/soon.ts';
import type { GatewaySocket, SocketHandlers } from '../ports/socket.ts';
import { CloseStatus } from './close-status.ts';
import { FrameError } from './frame-error.ts';
import { createFrameParser, NOTHING, type FrameLimits } from './frame-parser.ts';
import { closeFrame, messageFrame, pongFrame } from './frame-writer.ts';
import { beginHandshake } from './handshake.ts';
import { READ_BYTES, type Connection } from './lent-bytes.ts';
import { Opcode } from './opcode.ts';

export interface ClientSocketOptions {
  readonly limits: FrameLimits;
  /** An attempt that takes longer than this is given up, milliseconds. */
  readonly handshakeTimeoutMs: number;
  /** A close that takes longer than this is ended without the peer, milliseconds. */
  readonly closeTimeoutMs: number;
  readonly clock: Clock;
  readonly soon: Soon;
}

type State =
  | 'connecting'
  | 'open'
  /** We have sent a close frame and wait for the peer's. */
  | 'closing'
  /** Nothing that comes is read any more. */
  | 'ending'
  /** `onClose` was called. */
  | 'closed';

/** Unsent bytes above which pings are not answered: a peer that does not read would not see it. */
const MAX_UNSENT_BYTES = 64 * 1024;

/**
 * Opens a WebSocket. Messages are views of what was read last, many of them in one loop, and lent for the call that tells of them. After `close` no message is told any more, and a pause ends,
 * since the peer's close frame has to be read. Messages that wait behind a pause when the connection breaks are not told.
 */
export function openClientSocket(url: string, handlers: SocketHandlers, options: ClientSocketOptions): GatewaySocket {
  const { clock, soon } = options;
  const parser = createFrameParser(options.limits);
  let state: State = 'connecting';
  let socket: Socket | undefined;
  let paused = false;
  let reading = false;
  let deadline: TimerHandle;
  let closeCode: number = CloseStatus.Abnormal;
  let closeReason = '';

  const handshake = beginHandshake(url, clock, options.handshakeTimeoutMs, {
    onUpgraded: opened,
    onFailed(error) {
      state = 'ending';
      if (error !== undefined) contained(() => handlers.onError(error));
      closed();
    },
  });

  return {
    send(data) {
      if (state === 'open') socket?.write(messageFrame(data));
    },
    close(code, reason = '') {
      if (state === 'connecting') return handshake.abort();
      if (state !== 'open') return;
      const frame = closeFrame(code, reason);
      state = 'closing';
      socket?.write(frame);
      setDeadline();
      goOn();
    },
    terminate() {
      if (state === 'connecting') return handshake.abort();
      if (state === 'closed') return;
      state = 'ending';
      socket?.destroy();
    },
    pause() {
      if (state !== 'connecting' && state !== 'open') return;
      paused = true;
      socket?.pause();
    },
    resume: goOn,
  };

  function opened({ socket: upgraded, readTo }: Connection, head: Buffer): void {
    socket = upgraded;
    state = 'open';
    upgraded.setNoDelay(true);
    readTo(received);
    // No close frame can come any more.
    upgraded.on('end', () => upgraded.destroy());
    upgraded.on('error', (error) => {
      if (state === 'open') contained(() => handlers.onError(error));
    });
    upgraded.on('close', closed);
    if (paused) upgraded.pause();
    else upgraded.resume();
    contained(() => handlers.onOpen());
    if (head.length > 0) received(head);
  }

  function received(chunk: Buffer): void {
    if (state === 'ending') return;
    parser.push(chunk);
    // All that Node reads in one go: there is more where it came from.
    if (chunk.length === READ_BYTES) takeTurns();
    readFrames();
    // What waits behind a pause would be written over.
    parser.keep();
  }

  /** Node would read 32 chunks of one socket before it looks at any other: in a flood, other shards and acknowledgements would wait for thousands of events. */
  function takeTurns(): void {
    socket?.pause();
    soon(() => {
      if (!paused) socket?.resume();
    });
  }

  /** Tells what has come, until there is no more of it or the owner pauses. */
  function readFrames(): void {
    // A handler that ends a pause is inside this loop already.
    if (reading) return;
    reading = true;
    try {
      while (!paused && (state === 'open' || state === 'closing')) {
        const opcode = parser.next();
        if (opcode === NOTHING) break;
        if (opcode === Opcode.Text || opcode === Opcode.Binary) tellMessage(opcode === Opcode.Binary);
        else if (opcode === Opcode.Ping) answerPing();
        else if (opcode === Opcode.Close) closedByPeer();
      }
    } catch (error) {
      broken(error);
    } finally {
      reading = false;
    }
  }

  function tellMessage(isBinary: boolean): void {
    if (state !== 'open') return;
    try {
      handlers.onMessage(parser.data, isBinary);
    } catch (error) {
      rethrowLater(error);
    }
  }

  function answerPing(): void {
    if (state === 'open' && socket !== undefined && socket.writableLength < MAX_UNSENT_BYTES)
      socket.write(pongFrame(parser.data));
  }

  function closedByPeer(): void {
    ({ closeCode, closeReason } = parser);
    if (state === 'open') socket?.write(closeFrame(closeCode, ''));
    end();
  }

  /** What the peer sent cannot be read on. */
  function broken(error: unknown): void {
    if (!(error instanceof FrameError)) throw error;
    if (state === 'open') socket?.write(closeFrame(error.closeCode, ''));
    end();
    contained(() => handlers.onError(error));
  }

  /** Everything was said: ends the connection as soon as what we wrote is out. */
  function end(): void {
    state = 'ending';
    setDeadline();
    socket?.destroySoon();
  }

  function setDeadline(): void {
    deadline ??= clock.setTimer(() => socket?.destroy(), options.closeTimeoutMs);
  }

  function closed(): void {
    if (state === 'closed') return;
    state = 'closed';
    clock.clearTimer(deadline);
    contained(() => handlers.onClose(closeCode, closeReason));
  }

  /** Later, because whoever ends a pause is in the midst of something. What waits in hand comes before what the network has. */
  function goOn(): void {
    if (!paused) return;
    paused = false;
    process.nextTick(() => {
      readFrames();
      if (!paused) socket?.resume();
    });
  }
}

/** The owner's mistake is not the connection's: it comes up where nobody catches it, and the socket goes on. */
function contained(call: () => void): void {
  try {
    call();
  } catch (error) {
    rethrowLater(error);
  }
}

function rethrowLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
