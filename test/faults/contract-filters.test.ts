import type { DispatchPayload, GatewayFilters } from '@shardgate/gateway';
import { describe, expect, it } from 'vitest';
import { createVirtualBed, type VirtualBed } from '../beds/virtual-bed.ts';

/** A dispatch as the handler saw it: name, meaning, guild or message. */
type Heard = readonly [t: string, guildEvent: string | undefined, id: string];

interface FilterBed extends VirtualBed {
  /** What the handler heard since the last look, of guilds and of messages. */
  heard(): Heard[];
}

function idOf({ d }: DispatchPayload): string {
  return typeof d === 'object' && d !== null && 'id' in d ? String(d.id) : '';
}

/** A bed with five guilds whose handler writes down what the filters let through. */
function createFilterBed(filters: Partial<GatewayFilters> = {}): FilterBed {
  let log: Heard[] = [];
  const bed = createVirtualBed(
    { guilds: 5 },
    {
      filters,
      intents: ['Guilds', 'GuildMessages', 'MessageContent'],
      handleDiscordPayload: (_gateway, data) => {
        log.push([data.t, data.guildEvent, idOf(data)]);
      },
    },
  );
  const heard = (): Heard[] => {
    const news = log.filter(([t]) => t.startsWith('GUILD_') || t.startsWith('MESSAGE_'));
    log = [];
    return news;
  };
  // A copy would freeze the getters.
  return Object.create(bed, { heard: { value: heard } }) as FilterBed;
}

/** Ready, all guilds told, and nothing of it left to hear. */
async function loaded(filters: Partial<GatewayFilters> = {}): Promise<FilterBed> {
  const bed = createFilterBed(filters);
  await bed.ready();
  await bed.until('the guilds', () => bed.told('guildsLoaded').length === 1);
  bed.heard();
  return bed;
}

async function hear(bed: FilterBed): Promise<Heard[]> {
  await bed.advance(100);
  return bed.heard();
}

/** The simulator never gives a guild back that the bot has left; Discord does, with the same id. */
function invite(bed: FilterBed, id: string): void {
  bed.simulator.emit({
    t: 'GUILD_CREATE',
    guildId: id,
    d: { id, name: 'Tide pool', unavailable: false, members: [], channels: [] },
  });
}

async function restart(bed: FilterBed, whileAway: () => void): Promise<void> {
  await bed.advance(2_000);
  bed.life.kill();
  bed.heard();
  whileAway();
  await bed.advance(500);
  await bed.ready();
  expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
}

async function end(bed: FilterBed): Promise<void> {
  bed.clean();
  await bed.end();
}

describe('what a guild event means', () => {
  it('the guilds of READY come as GUILD_LOADED_DD, startup', async () => {
    const bed = createFilterBed();
    await bed.ready();
    expect(bed.gateway.cache.loadingGuildIds.size + bed.gateway.cache.guildIds.size).toBe(5);
    await bed.until('the guilds', () => bed.told('guildsLoaded').length === 1);
    const ids = bed.simulator.guilds.ids();
    expect(bed.heard()).toEqual(ids.map((id) => ['GUILD_LOADED_DD', 'startup', id]));
    expect(new Set(bed.gateway.cache.guildIds)).toEqual(new Set(ids.map(BigInt)));
    expect(bed.gateway.cache.loadingGuildIds.size).toBe(0);
    await end(bed);
  });

  it('a new guild comes as GUILD_CREATE, join', async () => {
    const bed = await loaded();
    const [id = ''] = bed.simulator.guilds.join();
    expect(await hear(bed)).toEqual([['GUILD_CREATE', 'join', id]]);
    expect(bed.gateway.cache.guildIds.has(BigInt(id))).toBe(true);
    await end(bed);
  });

  it('a guild the bot is removed from goes as GUILD_DELETE, leave, and a new invite is a join again', async () => {
    const bed = await loaded();
    const [id = ''] = bed.simulator.guilds.ids();
    bed.simulator.guilds.leave(id);
    expect(await hear(bed)).toEqual([['GUILD_DELETE', 'leave', id]]);
    expect(bed.gateway.cache.guildIds.has(BigInt(id))).toBe(false);
    invite(bed, id);
    expect(await hear(bed)).toEqual([['GUILD_CREATE', 'join', id]]);
    await end(bed);
  });

  it('an outage is held back, and its end comes as GUILD_LOADED_DD, available', async () => {
    const bed = await loaded();
    const [id = ''] = bed.simulator.guilds.ids();
    bed.simulator.guilds.outage([id]);
    expect(await hear(bed)).toEqual([]);
    expect(bed.gateway.cache.guildIds.has(BigInt(id)), 'the bot is still in it').toBe(true);
    bed.simulator.guilds.recover([id]);
    expect(await hear(bed)).toEqual([['GUILD_LOADED_DD', 'available', id]]);
    await end(bed);
  });

  it('a guild that is left during its outage is a leave', async () => {
    const bed = await loaded();
    const [id = ''] = bed.simulator.guilds.ids();
    bed.simulator.guilds.outage([id]);
    bed.simulator.guilds.leave(id);
    expect(await hear(bed)).toEqual([['GUILD_DELETE', 'leave', id]]);
    await end(bed);
  });
});

describe('what a guild event means over a killed and resumed process', () => {
  it('a guild joined, left, or back from an outage meanwhile is what it was', async () => {
    const bed = await loaded();
    const [left = '', hidden = '', down = ''] = bed.simulator.guilds.ids();
    bed.simulator.guilds.outage([down]);
    let joined = '';
    await restart(bed, () => {
      joined = bed.simulator.guilds.join()[0] ?? '';
      bed.simulator.guilds.leave(left);
      bed.simulator.guilds.outage([hidden]);
      bed.simulator.guilds.recover([down]);
    });
    expect(await hear(bed)).toEqual([
      ['GUILD_CREATE', 'join', joined],
      ['GUILD_DELETE', 'leave', left],
      ['GUILD_LOADED_DD', 'available', down],
    ]);
    bed.simulator.guilds.recover([hidden]);
    expect(await hear(bed)).toEqual([['GUILD_LOADED_DD', 'available', hidden]]);
    await end(bed);
  });

  it('a guild left before the kill and invited again after it is a join', async () => {
    const bed = await loaded();
    const [id = ''] = bed.simulator.guilds.ids();
    bed.simulator.guilds.leave(id);
    await restart(bed, () => {});
    invite(bed, id);
    expect(await hear(bed)).toEqual([['GUILD_CREATE', 'join', id]]);
    await end(bed);
  });

  it('a guild left and invited again while nobody was there is a leave and a join', async () => {
    const bed = await loaded();
    const [id = ''] = bed.simulator.guilds.ids();
    await restart(bed, () => {
      bed.simulator.guilds.leave(id);
      invite(bed, id);
    });
    expect(await hear(bed)).toEqual([
      ['GUILD_DELETE', 'leave', id],
      ['GUILD_CREATE', 'join', id],
    ]);
    await end(bed);
  });

  it('a join whose handler had not finished when the process died is a join again', async () => {
    const bed = await loaded();
    bed.gateway.handleDiscordPayload = () => new Promise(() => {});
    const [id = ''] = bed.simulator.guilds.join();
    await restart(bed, () => {});
    expect(await hear(bed)).toEqual([['GUILD_CREATE', 'join', id]]);
    await end(bed);
  });
});

/** Id of a message that is sent now. https://docs.discord.com/developers/reference#snowflakes */
function newMessageId(bed: FilterBed): string {
  return String((BigInt(Math.floor(bed.clock.wallTime()) - 1_420_070_400_000) << 22n) | 7n);
}

/** A MESSAGE_UPDATE as Discord sends it since 2024: the whole message. */
function edit(bed: FilterBed, changes: Record<string, unknown>): void {
  const [guildId = ''] = bed.simulator.guilds.ids();
  const message = {
    id: newMessageId(bed),
    channel_id: guildId,
    guild_id: guildId,
    author: { id: '1', username: 'otter' },
    content: 'tide https://example.org/tides',
    edited_timestamp: null,
    embeds: [],
    pinned: false,
    type: 0,
    flags: 0,
  };
  bed.simulator.emit({ t: 'MESSAGE_UPDATE', guildId, d: { ...message, ...changes } });
}

const EMBED = { type: 'article', url: 'https://example.org/tides', title: 'Tide tables' };
const LATER = '2026-01-01T00:00:07.000000+00:00';

describe('which MESSAGE_UPDATE is passed on', () => {
  it('the previews of links are not', async () => {
    const bed = await loaded();
    bed.simulator.emit({ t: 'MESSAGE_CREATE', unfurlAfterMs: 500, count: 10 });
    await bed.advance(2_000);
    expect(bed.heard().map(([t]) => t)).toEqual(Array.from({ length: 10 }, () => 'MESSAGE_CREATE'));
    expect(bed.simulator.ledger.dispatches({ t: 'MESSAGE_UPDATE' })).toHaveLength(10);
    await end(bed);
  });

  it('every edit is: the first, one with the same content, one that comes with the previews, one right after another', async () => {
    const bed = await loaded();
    const id = newMessageId(bed);
    const updates = [
      { id, content: 'high water', edited_timestamp: LATER },
      { id, content: 'high water', edited_timestamp: '2026-01-01T00:00:07.500000+00:00' },
      { id, content: 'high water', edited_timestamp: '2026-01-01T00:00:08.000000+00:00', embeds: [EMBED] },
      { id, content: 'low water', edited_timestamp: '2026-01-01T00:00:08.000001+00:00', embeds: [EMBED] },
    ];
    for (const update of updates) edit(bed, update);
    expect(await hear(bed)).toEqual(updates.map(() => ['MESSAGE_UPDATE', undefined, id]));
    // Only the previews of the edited message change.
    edit(bed, { ...updates[3], embeds: [EMBED, EMBED] });
    expect(await hear(bed)).toEqual([]);
    await end(bed);
  });

  it('every edit is without the intent MESSAGE_CONTENT, where contents are empty', async () => {
    const bed = await loaded();
    const id = newMessageId(bed);
    for (let second = 10; second < 20; second++)
      edit(bed, { id, content: '', edited_timestamp: `2026-01-01T00:00:${second}.000000+00:00` });
    expect(await hear(bed)).toHaveLength(10);
    await end(bed);
  });

  it.each([
    ['a pin', { pinned: true }],
    ['suppressed embeds', { flags: 4 }],
    ['a thread', { flags: 32, thread: { id: '5' } }],
    ['a poll that ends', { poll: { results: { is_finalized: true } } }],
  ])('%s is', async (_what, changes) => {
    const bed = await loaded();
    edit(bed, { embeds: [EMBED], ...changes });
    expect((await hear(bed)).map(([t]) => t)).toEqual(['MESSAGE_UPDATE']);
    await end(bed);
  });
});

describe('a filter that is switched off', () => {
  it('loadedGuilds: every GUILD_CREATE keeps its name, guildEvent tells them apart', async () => {
    const bed = createFilterBed({ loadedGuilds: false });
    await bed.ready();
    await bed.until('the guilds', () => bed.told('guildsLoaded').length === 1);
    expect(bed.heard().map(([t, event]) => [t, event])).toEqual(
      Array.from({ length: 5 }, () => ['GUILD_CREATE', 'startup']),
    );
    const [id = ''] = bed.simulator.guilds.ids();
    bed.simulator.guilds.outage([id]);
    bed.simulator.guilds.recover([id]);
    expect(await hear(bed)).toEqual([['GUILD_CREATE', 'available', id]]);
    await end(bed);
  });

  it('unavailableGuilds: an outage comes as GUILD_DELETE, outage', async () => {
    const bed = await loaded({ unavailableGuilds: false });
    const [id = ''] = bed.simulator.guilds.ids();
    bed.simulator.guilds.outage([id]);
    expect(await hear(bed)).toEqual([['GUILD_DELETE', 'outage', id]]);
    await end(bed);
  });

  it('editedMessages: the previews of links come, too', async () => {
    const bed = await loaded({ editedMessages: false });
    bed.simulator.emit({ t: 'MESSAGE_CREATE', unfurlAfterMs: 50 });
    expect((await hear(bed)).map(([t]) => t)).toEqual(['MESSAGE_CREATE', 'MESSAGE_UPDATE']);
    await end(bed);
  });
});
