import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { MAX_SERVER_MESSAGE_BYTES } from './defaults.ts';
import type { Transport, TransportListener } from './transport-listener.ts';

/** One text message is one message. The key goes as a header, so that a wrong one is refused before there is a WebSocket. */
export function createWebSocketTransport(
  url: string,
  secretKey: string | undefined,
  listener: TransportListener,
): Transport {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: MAX_SERVER_MESSAGE_BYTES,
    followRedirects: false,
    ...(secretKey === undefined ? {} : { headers: { authorization: `Bearer ${secretKey}` } }),
  });
  let problem = '';
  let isRefused = false;
  /** What the WebSocket runs on. */
  let stream: Socket | undefined;
  socket.on('upgrade', (response) => {
    stream = response.socket;
  });
  socket.on('open', () => listener.onOpen());
  socket.on('message', (data: Buffer) => listener.onMessage(data.toString()));
  socket.on('unexpected-response', (_request, response) => {
    problem = `the server answered ${response.statusCode}`;
    isRefused = response.statusCode === 401;
    socket.terminate();
  });
  socket.on('error', (error) => {
    if (problem === '') problem = error.message;
  });
  socket.on('close', (code, reason) => {
    listener.onClose(problem === '' ? `closed with ${code} ${reason.toString()}`.trimEnd() : problem, isRefused);
  });
  return {
    send(text) {
      if (socket.readyState === socket.OPEN) socket.send(text);
    },
    together(work) {
      stream?.cork();
      try {
        work();
      } finally {
        stream?.uncork();
      }
    },
    end: () => socket.close(1000),
    destroy: () => socket.terminate(),
  };
}
