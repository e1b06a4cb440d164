import type { Clock } from '../time/clock.ts';
import type { Admission, DoorName, Inlet, Peer } from './peer.ts';
import { createLane } from './lane.ts';
import type { GatewaySocket, OpenSocket, SocketHandlers } from './socket.ts';

/** What the in-memory door needs of the simulator. */
export interface MemoryDoorOptions {
  readonly clock: Clock;
  /** One-way delay of the next message, ms. */
  readonly delay: () => number;
  /** Which address a URL is; undefined when it is none of ours. */
  readonly doorOf: (url: string) => DoorName | undefined;
  readonly admit: (door: DoorName) => Admission;
  readonly open: (options: { readonly door: DoorName; readonly url: string; readonly peer: Peer }) => Inlet;
}

const ABNORMAL = 1006;

function failure(code: string, url: string): Error {
  return Object.assign(new Error(`${code} ${new URL(url).host}`), { code });
}

/** Codes a client may close with. https://websockets.spec.whatwg.org/#dom-websocket-close */
function checkCloseCode(code: number): void {
  const isAllowed = code === 1000 || code === 1001 || (code >= 3000 && code <= 4999);
  if (!isAllowed) throw new RangeError(`close: code ${code} cannot be sent, expected 1000, 1001 or 3000 to 4999`);
}

/** Makes connections inside this process: no sockets, every delay on the simulator's clock. */
export function createMemoryDoor(options: MemoryDoorOptions): OpenSocket {
  const { clock, delay } = options;

  return function openSocket(url: string, handlers: SocketHandlers): GatewaySocket {
    const toServer = createLane(clock, delay);
    const toClient = createLane(clock, delay);
    let inlet: Inlet | undefined;
    /** `dialling` until the upgrade is answered; `closing` once either side has sent a close frame. */
    let state: 'dialling' | 'open' | 'closing' | 'closed' = 'dialling';

    function end(code: number, reason: string, error?: Error): void {
      if (state === 'closed') return;
      state = 'closed';
      toClient.cut();
      if (error !== undefined) handlers.onError(error);
      handlers.onClose(code, reason);
    }

    const peer: Peer = {
      send: (message) =>
        toClient.put(() => {
          if (typeof message === 'string') handlers.onMessage(Buffer.from(message), false);
          else handlers.onMessage(message, true);
        }, message.length),
      close: (code, reason) => toClient.put(() => end(code, reason), 0),
      drop: () => toClient.put(() => end(ABNORMAL, ''), 0),
      reset: () => toClient.put(() => end(ABNORMAL, '', failure('ECONNRESET', url)), 0),
      pauseReading: () => toServer.pause(),
      resumeReading: () => toServer.resume(),
      bufferedBytes: () => toClient.buffered(),
    };

    function answer(door: DoorName, admission: Admission): void {
      switch (admission.kind) {
        case 'open':
          toClient.put(() => {
            if (state !== 'dialling') return;
            state = 'open';
            handlers.onOpen();
          }, 0);
          inlet = options.open({ door, url, peer });
          break;
        case 'refuse':
          toClient.put(() => end(ABNORMAL, '', failure(admission.errorCode, url)), 0);
          break;
        case 'status': {
          const { status, retryAfterMs } = admission;
          const error = Object.assign(
            new Error(`Unexpected server response: ${status}`),
            { status },
            retryAfterMs === undefined ? {} : { retryAfterMs },
          );
          toClient.put(() => end(ABNORMAL, '', error), 0);
          break;
        }
        case 'black-hole':
          break;
        default:
          admission satisfies never;
      }
    }

    function dial(): void {
      const door = options.doorOf(url);
      if (door === undefined) toClient.put(() => end(ABNORMAL, '', failure('ENOTFOUND', url)), 0);
      else answer(door, options.admit(door));
    }

    toServer.put(dial, 0);

    return {
      send(data) {
        if (state !== 'open') return;
        const isBinary = typeof data !== 'string';
        const bytes = isBinary ? Buffer.from(data) : Buffer.from(data, 'utf8');
        toServer.put(() => inlet?.receive(bytes, isBinary), bytes.length);
      },
      close(code, reason = '') {
        checkCloseCode(code);
        if (state === 'dialling') {
          toServer.cut();
          toServer.put(() => inlet?.closed(ABNORMAL), 0);
          clock.setTimer(() => end(ABNORMAL, ''), 0);
          return;
        }
        if (state !== 'open') return;
        state = 'closing';
        toServer.put(() => {
          inlet?.closed(code);
          toClient.put(() => end(code, reason), 0);
        }, 0);
      },
      terminate() {
        if (state === 'closed') return;
        if (state === 'dialling') toServer.cut();
        toServer.put(() => inlet?.closed(ABNORMAL), 0);
        clock.setTimer(() => end(ABNORMAL, ''), 0);
      },
      pause: () => toClient.pause(),
      resume: () => toClient.resume(),
    };
  };
}
