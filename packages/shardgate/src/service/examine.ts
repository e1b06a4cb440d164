import { constants } from 'node:fs';
import { access, mkdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { createGatewayManager, type GatewayBot, Intents } from '@shardgate/gateway';
import { createRestManager } from '@shardgate/rest';
import type { Configuration } from '../configuration/configuration.ts';
import { errorCode } from './error-code.ts';
import { examineStores } from './examine-stores.ts';
import type { Finding } from './finding.ts';

/** Below this a journal soon has no room. */
const LITTLE_ROOM_BYTES = 1024 ** 3;

/** Looks at everything that a start needs, one thing after the other, without connecting to the gateway and without spending an identify. */
export async function* examine(configuration: Configuration): AsyncGenerator<Finding, void> {
  yield examineNode(configuration);
  yield* examineFolder(configuration);
  yield* examineAddresses(configuration);
  yield* examineStores(configuration);
  const bot = await readGatewayBot(configuration);
  yield bot.finding;
  if (bot.answer === undefined) return;
  yield examineBudget(configuration, bot.answer);
  yield await examineIntents(configuration);
}

function examineNode({ shards }: Configuration): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const hasZstd = major > 22 || (major === 22 && minor >= 15);
  if (shards.compression === 'zstd-stream' && !hasZstd)
    return {
      verdict: 'doubtful',
      subject: 'Node.js',
      text: `${process.version} has no zstd of its own, so each event costs many times as much; take 22.15 or later, or shards.compression 'zlib-stream'`,
    };
  return { verdict: 'good', subject: 'Node.js', text: process.version };
}

async function* examineFolder({ folder: given, journal }: Configuration): AsyncGenerator<Finding, void> {
  const folder = resolve(given);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
  } catch (error) {
    yield {
      verdict: 'bad',
      subject: 'folder',
      text: `${folder} cannot be written to (${errorCode(error) ?? String(error)}); set 'folder' to another`,
    };
    return;
  }
  const { bavail, bsize } = await statfs(folder);
  const room = bavail * bsize;
  const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  const isLittle = room < Math.min(LITTLE_ROOM_BYTES, journal.maxBytes);
  yield {
    verdict: isLittle ? 'doubtful' : 'good',
    subject: 'folder',
    text: `${folder} has ${gigabytes(room)} of room; the journal takes up to ${gigabytes(journal.maxBytes)}`,
  };
}

async function* examineAddresses({
  admin,
  sinks,
  commands,
  metrics,
  state,
}: Configuration): AsyncGenerator<Finding, void> {
  const addresses = [
    ...(admin.enabled ? [{ subject: 'admin API', host: admin.host, port: admin.port }] : []),
    ...(commands.http.enabled ? [{ subject: 'commands', host: commands.http.host, port: commands.http.port }] : []),
    ...(metrics.port === null ? [] : [{ subject: 'metrics', host: metrics.host, port: metrics.port }]),
    ...(state.enabled && state.api.enabled
      ? [{ subject: 'State API', host: state.api.host, port: state.api.port }]
      : []),
    ...sinks.flatMap((sink) =>
      sink.type === 'websocket' ? [{ subject: `sink '${sink.name}'`, host: sink.host, port: sink.port }] : [],
    ),
  ];
  for (const { subject, host, port } of addresses) {
    const failure = await tryAddress(host, port);
    yield failure === undefined
      ? { verdict: 'good', subject, text: `${host}:${port} is free` }
      : {
          verdict: 'bad',
          subject,
          text: `${host}:${port} cannot be listened on (${failure}); end what uses it, or set another`,
        };
  }
}

function tryAddress(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolvePromise) => {
    const server = createServer();
    server.once('error', (error) => resolvePromise(errorCode(error) ?? String(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolvePromise(undefined)));
  });
}

interface GatewayBotReading {
  readonly finding: Finding;
  readonly answer: GatewayBot | undefined;
}

async function readGatewayBot({ token, apiUrl }: Configuration): Promise<GatewayBotReading> {
  const gateway = createGatewayManager({ token, apiUrl, handleDiscordPayload: () => undefined });
  try {
    const answer = await gateway.fetchGatewayBot(gateway);
    return {
      answer,
      finding: { verdict: 'good', subject: 'token', text: `accepted; Discord recommends ${answer.shards} shards` },
    };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { answer: undefined, finding: { verdict: 'bad', subject: 'token', text } };
  }
}

function examineBudget({ shards }: Configuration, { sessionStartLimit, shards: recommended }: GatewayBot): Finding {
  const { remaining, total, resetAfter } = sessionStartLimit;
  const count = shards.total === 'auto' ? recommended : shards.total;
  const needed = (shards.last ?? count - 1) - shards.first + 1;
  const hours = (resetAfter / 3_600_000).toFixed(1);
  const text = `${remaining} of ${total} identifies are left, a first start takes ${needed}; all are back in ${hours} hours`;
  return { verdict: remaining > needed ? 'good' : 'doubtful', subject: 'identify budget', text };
}

/** Flags of an application that was granted an intent, with or without limits. https://docs.discord.com/developers/resources/application#application-object-application-flags */
const PRIVILEGED = [
  { name: 'GuildPresences', bit: Intents.GuildPresences, granted: (1 << 12) | (1 << 13) },
  { name: 'GuildMembers', bit: Intents.GuildMembers, granted: (1 << 14) | (1 << 15) },
  { name: 'MessageContent', bit: Intents.MessageContent, granted: (1 << 18) | (1 << 19) },
];

async function examineIntents({ token, apiUrl, intents }: Configuration): Promise<Finding> {
  const wanted = PRIVILEGED.filter(({ bit }) => (intents & bit) !== 0);
  if (wanted.length === 0) return { verdict: 'good', subject: 'intents', text: 'none of them is privileged' };
  const rest = createRestManager({ token, apiUrl });
  try {
    const { flags = 0 } = (await rest.runMethod(rest, 'get', '/applications/@me')) as { flags?: number };
    const missing = wanted.filter(({ granted }) => (flags & granted) === 0).map(({ name }) => name);
    return missing.length === 0
      ? { verdict: 'good', subject: 'intents', text: `${wanted.map(({ name }) => name).join(', ')} are granted` }
      : {
          verdict: 'bad',
          subject: 'intents',
          text: `${missing.join(', ')} are not granted; switch them on in the Developer Portal (Bot, Privileged Gateway Intents), or leave them out of 'intents'`,
        };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { verdict: 'doubtful', subject: 'intents', text: `could not be checked: ${cause}` };
  } finally {
    await rest.close(rest);
  }
}
