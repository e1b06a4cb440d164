// The module that the workers of the tests load: worker threads do on order what bad modules do by mistake.
import { knownDispatch } from '@shardgate/wire';
import { setTimeout as pause } from 'node:timers/promises';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

const misbehave = {
  loop() {
    for (;;);
  },
  exit() {
    process.exit(7);
  },
  throw() {
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
  },
  memory() {
    // A step at a time: a loop would be taken for hung before the memory is full.
    const kept = [];
    const fill = () => {
      kept.push(Array.from({ length: 50_000 }, (_, index) => index));
      setImmediate(fill);
    };
    fill();
  },
};

/** The payload with its data broken off: found out when somebody reads it. */
function damaged({ bytes, t, s, encoding, dStart, dEnd }) {
  const broken = Buffer.from(bytes);
  broken.fill('!', dStart + 1, dEnd - 1);
  return knownDispatch(broken, s, t, dStart, dEnd, encoding);
}

export default function prepare(gateway, { workerId }) {
  if (!isMainThread) {
    const orders = new BroadcastChannel('workers-test');
    orders.onmessage = ({ data }) => {
      if (data.workerId === workerId) misbehave[data.deed]();
    };
    orders.unref();
  }
  let damages = gateway.url === 'damage-once' ? 1 : 0;
  const forward = gateway.handleDiscordPayload;
  gateway.handleDiscordPayload = (manager, data, shardId) => {
    // Known to stay in the worker: the main thread never sees these.
    if (data.t === 'TYPING_START' && manager.url === 'keep-typing') return undefined;
    if (data.t === 'MESSAGE_CREATE' && manager.url === 'take-time')
      return pause(data.s % 100).then(() => forward(manager, data, shardId));
    if (data.t === 'MESSAGE_CREATE' && damages-- > 0) return forward(manager, damaged(data), shardId);
    return forward(manager, data, shardId);
  };
}
