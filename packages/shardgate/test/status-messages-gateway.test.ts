import type { GatewayManager } from '@shardgate/gateway';
import { createRestManager } from '@shardgate/rest';
import { afterEach, describe, expect, it } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../../../test/beds/virtual-bed.ts';
import { createStatusMessages } from '../src/status-messages/create-status-messages.ts';
import type { StatusEmbed } from '../src/status-messages/embeds.ts';
import type { StatusMessages } from '../src/status-messages/status-messages.ts';

const SHARD_CHANNEL = '100000000000000001';
const GUILD_CHANNEL = '100000000000000002';

let bed: VirtualBed | undefined;
let status: StatusMessages | undefined;

afterEach(async () => {
  await status?.close(0);
  await bed?.end();
});

/** A gateway of so many shards on the simulator, with status messages in the same virtual time; what is posted is kept by channel. */
async function start(
  shards: number,
): Promise<{ bed: VirtualBed; gateway: GatewayManager; posts: (channel: string) => StatusEmbed[][] }> {
  const posted: { path: string; embeds: StatusEmbed[] }[] = [];
  const rest = createRestManager({
    token: 'a.b.c',
    sendRequest: async (_, { path, body }) => {
      posted.push({
        path,
        embeds: (JSON.parse(Buffer.from(body ?? []).toString()) as { embeds: StatusEmbed[] }).embeds,
      });
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    },
  });
  const made = createVirtualBed({ shards, maxConcurrency: 16 });
  const messages = createStatusMessages({
    target: { channelId: SHARD_CHANNEL, rest },
    guildTarget: { channelId: GUILD_CHANNEL, rest },
    clock: made.clock,
    random: () => 0.5,
  });
  [bed, status] = [made, messages];
  const { gateway } = made.start({
    maxShards: shards,
    lastShardId: shards - 1,
    handleDiscordPayload: (_, payload) => messages.tellDispatch(payload),
  });
  messages.attach(gateway);
  await made.until('all shards ready', made.allReady, 600_000);
  await made.advance(10_000);
  return {
    bed: made,
    gateway,
    posts: (channel) => posted.filter(({ path }) => path.includes(channel)).map(({ embeds }) => embeds),
  };
}

describe('status messages of a gateway', () => {
  it('tell of a start in one message', async () => {
    const { posts } = await start(16);
    expect(posts(SHARD_CHANNEL).map((embeds) => embeds.map(({ title }) => title))).toEqual([['[Shards 0-15] Ready']]);
    expect(posts(GUILD_CHANNEL)).toEqual([]);
  });

  it('tell of a mass reconnect in one message', async () => {
    const { bed: running, posts } = await start(48);
    const before = posts(SHARD_CHANNEL).length;
    running.simulator.fault({ kind: 'drop', spreadMs: 2_000 });
    await running.advance(3_000);
    await running.until('all shards are back', running.allReady);
    await running.advance(10_000);
    const [message, ...others] = posts(SHARD_CHANNEL).slice(before);
    expect(message?.map(({ title }) => title)).toEqual(['[Shards 0-47] Disconnected', '[Shards 0-47] Resumed']);
    expect(message?.[0]?.description).toBeTruthy();
    expect(others).toEqual([]);
  });

  it('tell of a shard that will not try again, with the remedy', async () => {
    const { bed: running, posts } = await start(1);
    running.simulator.fault({ kind: 'close', code: 4014 });
    await running.advance(10_000);
    const failed = posts(SHARD_CHANNEL)
      .flat()
      .find(({ title }) => title === '[Shard 0] Failed');
    expect(failed?.description).toMatch(/close code 4014\\\)\\: \w/);
  });

  it('tell of a lost session as lost events', async () => {
    const { bed: running, posts } = await start(1);
    running.simulator.fault({ kind: 'invalid-session', resumable: false });
    await running.advance(1_000);
    await running.until('the shard is back', running.allReady);
    await running.advance(10_000);
    const titles = posts(SHARD_CHANNEL).flatMap((embeds) => embeds.map(({ title }) => title));
    expect(titles).toContain('[Shard 0] Events lost');
  });

  it('tell of a reshard in one message, and of no shard or guild that came or went by it', async () => {
    const { bed: running, gateway, posts } = await start(2);
    const before = posts(SHARD_CHANNEL).length;
    let isOver = false;
    void gateway.resharder(gateway, { maxShards: 4 }).then(() => (isOver = true));
    await running.until('the reshard is over', () => isOver, 600_000);
    await running.advance(10_000);
    const told = posts(SHARD_CHANNEL).slice(before);
    expect(told.map((embeds) => embeds.map(({ title, description }) => [title, description]))).toEqual([
      [['Resharded', '2 → 4 shards']],
    ]);
    expect(posts(GUILD_CHANNEL)).toEqual([]);
  });

  it('tell of guilds that the bot joins and leaves, and of no outage', async () => {
    const { bed: running, posts } = await start(2);
    const [left = ''] = running.simulator.guilds.ids();
    const joined = running.simulator.guilds.join(2);
    running.simulator.guilds.leave(left);
    running.simulator.guilds.outage(running.simulator.guilds.ids({ limit: 3 }));
    running.simulator.guilds.recover();
    await running.advance(10_000);
    const [embeds = []] = posts(GUILD_CHANNEL);
    expect(posts(GUILD_CHANNEL).length).toBe(1);
    expect(embeds.map(({ title }) => title)).toEqual(['Guild Join: 2', 'Guild Leave']);
    for (const id of joined) expect(embeds[0]?.description).toContain(`(${id})`);
    expect(embeds[1]?.description).toBe(`Unknown (${left})`);
  });
});
