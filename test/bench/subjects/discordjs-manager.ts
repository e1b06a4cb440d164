import { REST } from '@discordjs/rest';
import type { CompressionMethod } from '@discordjs/ws';
import { WebSocketManager, WebSocketShardEvents } from '@discordjs/ws';
import type { GatewayIntentBits } from 'discord-api-types/v10';
import { INTENTS, Refusal, TOKEN } from './subject.ts';
import type { OnEvent } from './subject.ts';
import type { SubjectOptions } from '../runner/messages.ts';

/** As its README shows it: one manager, all shards in this process. https://www.npmjs.com/package/@discordjs/ws */
export async function connectDiscordjs(
  { apiUrl, encoding, compression, shards }: SubjectOptions,
  onEvent: OnEvent,
  zlib: CompressionMethod,
): Promise<void> {
  if (encoding !== 'json') throw new Refusal('@discordjs/ws 2.0 has no ETF');
  if (compression === 'zstd-stream') throw new Refusal('@discordjs/ws 2.0 has no zstd-stream');
  const manager = new WebSocketManager({
    token: TOKEN,
    intents: INTENTS as GatewayIntentBits,
    rest: new REST({ api: apiUrl }).setToken(TOKEN),
    shardCount: shards,
    compression: compression === 'none' ? null : zlib,
  });
  manager.on(WebSocketShardEvents.Dispatch, (payload) => onEvent(payload.t));
  await manager.connect();
}
