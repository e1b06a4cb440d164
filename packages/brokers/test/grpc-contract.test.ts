import { createGrpcPushSink, createGrpcStreamSink } from '@shardgate/brokers/grpc';
import { checkSink, type Arrival } from '../../delivery/test/sink-contract.ts';
import { startQueueServer, startStreamConsumer, type BotProcess } from './grpc-processes.ts';

const backOff = { baseMs: 20, capMs: 500 };

const receiver = (bot: BotProcess) => ({
  received: async () => bot.taken().map((data): Arrival => (data === 'gap' ? 'gap' : (data as { n: number }).n)),
  pause: () => bot.pause(),
  resume: () => bot.resume(),
  leave: () => bot.kill(),
  comeBack: () => bot.restart(),
});

checkSink('createGrpcPushSink', async () => {
  const bot = await startQueueServer();
  return {
    ...receiver(bot),
    sink: createGrpcPushSink({ name: 'bot', address: bot.url, gaps: true, timeoutMs: 1_000, backOff }),
  };
});

checkSink('createGrpcStreamSink', async () => {
  const bot = await startStreamConsumer();
  return { ...receiver(bot), sink: createGrpcStreamSink({ name: 'bot', port: bot.port }) };
});
