import { createFrameDecoder, encodeCommand, Op, WireError } from '@shardgate/wire';
import { WebSocket } from 'ws';
import { INTENTS, Refusal, runSubject, TOKEN } from './subject.ts';

/** `ws` and our wire alone, without the gateway: shows what the rest of the gateway costs. */
runSubject(({ gatewayUrl, encoding, compression, shards }, onEvent) => {
  for (let shard = 0; shard < shards; shard++) {
    const decoder = createDecoder();
    const query = compression === 'none' ? '' : `&compress=${compression}`;
    const socket = new WebSocket(`${gatewayUrl}/?v=10&encoding=${encoding}${query}`, { perMessageDeflate: false });
    let sequence: number | null = null;
    socket.on('message', (frame: Buffer, isBinary) => {
      const payload = decoder.push(frame, isBinary);
      if (payload === undefined) return;
      if (payload.op === Op.Dispatch) {
        sequence = payload.s;
        onEvent(payload.t ?? '');
      } else if (payload.op === Op.Hello) {
        const { heartbeat_interval } = payload.d as { heartbeat_interval: number };
        setInterval(() => socket.send(encodeCommand({ op: Op.Heartbeat, d: sequence }, encoding)), heartbeat_interval);
        const d = { token: TOKEN, intents: INTENTS, properties: {}, shard: [shard, shards] };
        socket.send(encodeCommand({ op: Op.Identify, d }, encoding));
      }
    });
    socket.on('close', () => process.exit(1));
  }

  function createDecoder(): ReturnType<typeof createFrameDecoder> {
    try {
      return createFrameDecoder({ encoding, compression });
    } catch (error) {
      if (error instanceof WireError) throw new Refusal(error.message);
      throw error;
    }
  }
});
