import { ClientError, createEventClient, type StreamEvent } from '@shardgate/client';
import { openBotLog } from './bot-log.ts';
import { runRole, setting, tell } from './role.ts';

const SAMPLES_PER_SECOND = 2;

/** Where a bot's code would be: takes each event once, and acknowledges it by returning. */
runRole(async () => {
  const log = openBotLog(setting('BOT_LOG'));
  let samples: string[] = [];
  const client = createEventClient({
    url: setting('EVENTS_URL'),
    name: 'demo-bot',
    secretKey: setting('EVENTS_SECRET_KEY'),
    // Nobody wants to wait long in a demo.
    reconnectMostMs: 1_000,
    handleEvent(_client, event) {
      // Discord numbers every event a bot gets; one without a number could not be told from another.
      if (event.id === null || !log.handle(event.id)) return;
      if (samples.length < SAMPLES_PER_SECOND) samples.push(describe(event));
    },
  });
  client.on('gap', ({ shardId, cause, count }) => tell({ type: 'gap', shardId, cause, count }));
  client.on('connected', () => tell({ type: 'note', text: 'the bot is connected' }));
  let isEnding = false;
  client.on('disconnected', () => {
    if (!isEnding) tell({ type: 'note', text: 'the bot has lost its connection and tries again' });
  });
  client.on('error', (error) => {
    // While the gateway is away every try to connect fails.
    const isAway = error instanceof ClientError && error.code === 'disconnected';
    if (!isAway) tell({ type: 'note', text: `the bot: ${String(error)}` });
  });
  // Told by the listener above, too; the client goes on trying.
  client.connect().catch(() => {});
  let again = 0;
  const timer = setInterval(() => {
    const { duplicates } = client.status();
    tell({ type: 'handled', samples, again: duplicates - again });
    again = duplicates;
    samples = [];
  }, 1_000);
  return {
    async stop() {
      isEnding = true;
      clearInterval(timer);
      await client.close();
    },
  };
});

function describe({ shardId, t, d }: StreamEvent): string {
  const { content, name } = (d ?? {}) as { content?: unknown; name?: unknown };
  const text = [content, name].find((value) => typeof value === 'string') ?? '';
  return `shard ${shardId}  ${t.padEnd(22)} ${String(text).slice(0, 60)}`.trimEnd();
}
