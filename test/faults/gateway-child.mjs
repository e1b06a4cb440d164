// A gateway in a process of its own, for what could end a process. Gets its options as JSON and prints each life-cycle event as a
// JSON line; after each shard that is ready, also the most memory it has had so far, in bytes.
import { createGatewayManager } from '@shardgate/gateway';

const gateway = createGatewayManager({
  ...JSON.parse(process.argv[2] ?? '{}'),
  random: () => 0.02,
  handleDiscordPayload: () => {},
});
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const emit = gateway.events.emit.bind(gateway.events);
gateway.events.emit = (name, event) => {
  print({ name, ...event, ...(event.error === undefined ? {} : { error: String(event.error) }) });
  if (name === 'shardReady') print({ name: 'memory', peak: process.resourceUsage().maxRSS * 1024 });
  return emit(name, event);
};
process.on('SIGTERM', () => void gateway.stopGateway(gateway).then(() => process.exit(0)));
gateway.spawnShards(gateway).catch((error) => print({ name: 'failed', error: String(error) }));
