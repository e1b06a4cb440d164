import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALL_INTENTS,
  createRandom,
  createVirtualClock,
  eventKey,
  Intent,
  PRIVILEGED_INTENTS,
  shardOf,
} from '../src/index.ts';
import { requiredIntents } from '../src/intents.ts';
import { createEventPicker, EVENT_MIXES, LIVE_EVENT_NAMES } from '../src/world/events-mix.ts';
import { createGuildPopulation } from '../src/world/guild-population.ts';
import { createLiveEvents } from '../src/world/live-events.ts';
import { GUILD_SHAPES } from '../src/world/shapes/guild.ts';
import type { GuildShape } from '../src/world/shapes/guild.ts';
import { readyJson } from '../src/world/shapes/ready.ts';
import { dispatchFrame, writeJsonFrame } from '../src/wire/frames.ts';
import { createTemplate, hole, valueHole } from '../src/world/template.ts';

const application = { id: '1180000000000000001', name: 'harbourbot' };
const population = (guilds: number, guildShape: GuildShape | 'small' | 'mixed' = 'small') =>
  createGuildPopulation({ guildShape }, guilds, application);

describe('routing', () => {
  it('follows the documented formula', () => {
    const vectors: [id: string, count: number, shard: number][] = [
      ['197038439483310086', 2, 0],
      ['197038439483310086', 3, 2],
      ['197038439483310086', 720, 50],
      ['197038439483310086', 1024, 706],
      ['613425648685547541', 16, 8],
      ['613425648685547541', 1024, 632],
      ['81384788765712384', 3, 1],
      ['81384788765712384', 720, 658],
    ];
    for (const [id, count, shard] of vectors) expect(shardOf(id, count)).toBe(shard);
  });

  it('every guild is on exactly one shard, the one that its id says, for any shard count', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 97 }), fc.integer({ min: 0, max: 200 }), (shardCount, guilds) => {
        const all = population(guilds);
        const seen: number[] = [];
        for (let shardId = 0; shardId < shardCount; shardId += 1) {
          const indexes = all.ofShard(shardId, shardCount);
          expect(all.countOfShard(shardId, shardCount)).toBe(indexes.length);
          for (const index of indexes) expect(shardOf(all.guild(index).id, shardCount)).toBe(shardId);
          seen.push(...indexes);
        }
        expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: guilds }, (_, index) => index));
      }),
    );
  });

  it('a guild that left counts nowhere, and its id is still known', () => {
    const all = population(10);
    const { id } = all.guild(4);
    expect(all.setStatus(4, 'left')).toBe(true);
    expect(all.setStatus(4, 'left')).toBe(false);
    expect([all.count, all.countOfShard(4, 10), all.ofShard(4, 10)]).toEqual([9, 0, []]);
    expect(all.find(id)?.index).toBe(4);
    expect(all.find('197038439483310086')).toBeUndefined();
  });
});

describe('intents', () => {
  it('have the documented sums', () => {
    expect([ALL_INTENTS, ALL_INTENTS & ~PRIVILEGED_INTENTS, PRIVILEGED_INTENTS]).toEqual([
      53_608_447, 53_575_421, 33_026,
    ]);
  });

  it('gate events as documented', () => {
    const rows: [name: string, inGuild: boolean, intents: number][] = [
      ['GUILD_CREATE', true, Intent.guilds],
      ['GUILD_ROLE_UPDATE', true, Intent.guilds],
      ['THREAD_LIST_SYNC', true, Intent.guilds],
      ['STAGE_INSTANCE_CREATE', true, Intent.guilds],
      ['GUILD_MEMBER_ADD', true, Intent.guildMembers],
      ['THREAD_MEMBERS_UPDATE', true, Intent.guilds | Intent.guildMembers],
      ['GUILD_BAN_ADD', true, Intent.guildModeration],
      ['GUILD_AUDIT_LOG_ENTRY_CREATE', true, Intent.guildModeration],
      ['GUILD_EMOJIS_UPDATE', true, Intent.guildExpressions],
      ['GUILD_SOUNDBOARD_SOUNDS_UPDATE', true, Intent.guildExpressions],
      ['INTEGRATION_DELETE', true, Intent.guildIntegrations],
      ['GUILD_INTEGRATIONS_UPDATE', true, Intent.guildIntegrations],
      ['WEBHOOKS_UPDATE', true, Intent.guildWebhooks],
      ['INVITE_CREATE', true, Intent.guildInvites],
      ['VOICE_STATE_UPDATE', true, Intent.guildVoiceStates],
      ['VOICE_CHANNEL_EFFECT_SEND', true, Intent.guildVoiceStates],
      ['VOICE_CHANNEL_STATUS_UPDATE', true, Intent.guilds],
      ['PRESENCE_UPDATE', true, Intent.guildPresences],
      ['MESSAGE_DELETE_BULK', true, Intent.guildMessages],
      ['MESSAGE_CREATE', false, Intent.directMessages],
      ['MESSAGE_REACTION_REMOVE_EMOJI', true, Intent.guildMessageReactions],
      ['MESSAGE_REACTION_ADD', false, Intent.directMessageReactions],
      ['TYPING_START', true, Intent.guildMessageTyping],
      ['TYPING_START', false, Intent.directMessageTyping],
      ['CHANNEL_PINS_UPDATE', false, Intent.directMessages],
      ['CHANNEL_UPDATE', true, Intent.guilds],
      ['GUILD_SCHEDULED_EVENT_USER_ADD', true, Intent.guildScheduledEvents],
      ['AUTO_MODERATION_RULE_CREATE', true, Intent.autoModerationConfiguration],
      ['AUTO_MODERATION_ACTION_EXECUTION', true, Intent.autoModerationExecution],
      ['MESSAGE_POLL_VOTE_ADD', true, Intent.guildMessagePolls],
      ['MESSAGE_POLL_VOTE_REMOVE', false, Intent.directMessagePolls],
    ];
    for (const [name, inGuild, intents] of rows)
      expect([name, requiredIntents(name, inGuild)]).toEqual([name, intents]);
  });

  it('never gate replies, interactions, entitlements and unknown names', () => {
    const free = [
      'READY',
      'RESUMED',
      'RATE_LIMITED',
      'INTERACTION_CREATE',
      'ENTITLEMENT_CREATE',
      'SUBSCRIPTION_UPDATE',
      'USER_UPDATE',
      'VOICE_SERVER_UPDATE',
    ];
    const replies = [
      'GUILD_MEMBERS_CHUNK',
      'SOUNDBOARD_SOUNDS',
      'CHANNEL_INFO',
      'APPLICATION_COMMAND_PERMISSIONS_UPDATE',
      'SOMETHING_NEW',
    ];
    for (const name of [...free, ...replies]) expect([name, requiredIntents(name, true)]).toEqual([name, 0]);
  });
});

describe('templates', () => {
  it('give the same text as JSON.stringify of the filled shape', () => {
    const template = createTemplate({ a: hole('x'), b: [valueHole('n'), `pre ${hole('x')} post`], c: '⟦', d: null });
    expect(JSON.parse(template.fill({ x: 'one', n: '[2]' }))).toEqual({
      a: 'one',
      b: [[2], 'pre one post'],
      c: '⟦',
      d: null,
    });
  });
});

function live(seed = 1): ReturnType<typeof createLiveEvents> {
  const clock = createVirtualClock();
  return createLiveEvents({
    random: createRandom(seed),
    wallTime: () => clock.wallTime(),
    applicationId: application.id,
  });
}

describe('live events', () => {
  it('each carries the key that the ledger has, different each time, and its guild', () => {
    const events = live();
    const guild = population(5).guild(3);
    for (const name of LIVE_EVENT_NAMES) {
      const keys = new Set<string>();
      for (let round = 0; round < 50; round += 1) {
        const event = events.make(name, guild);
        const d = JSON.parse(event.body(ALL_INTENTS)) as Record<string, unknown>;
        expect(event.key).toBeTypeOf('string');
        expect([name, eventKey(event.t, d)]).toEqual([name, event.key]);
        expect(d.guild_id).toBe(guild.id);
        keys.add(event.key ?? '');
      }
      expect([name, keys.size]).toEqual([name, 50]);
    }
  });

  it('a body is the same each time it is asked for', () => {
    const events = live();
    const guild = population(5).guild(3);
    for (const name of LIVE_EVENT_NAMES) {
      const event = events.make(name, guild);
      expect(event.body(ALL_INTENTS)).toBe(event.body(ALL_INTENTS));
    }
  });

  it('without MESSAGE_CONTENT a message has no content and no embeds, but the same key', () => {
    const [created, unfurled] = live().makeLinked(population(1).guild(0));
    const blind = ALL_INTENTS & ~Intent.messageContent;
    expect(JSON.parse(created.body(blind))).toMatchObject({ content: '', embeds: [], edited_timestamp: null });
    expect(JSON.parse(created.body(ALL_INTENTS)).content).toMatch(/^https:/);
    expect(JSON.parse(unfurled.body(blind)).embeds).toEqual([]);
    expect(JSON.parse(unfurled.body(ALL_INTENTS))).toMatchObject({
      edited_timestamp: null,
      embeds: [{ type: 'article' }],
    });
    expect(eventKey('MESSAGE_UPDATE', JSON.parse(unfurled.body(blind)))).toBe(unfurled.key);
  });

  it('are drawn by weight among those that somebody can get', () => {
    const random = createRandom(5);
    const pick = createEventPicker('typical', Intent.guildMessages);
    const counts: Record<string, number> = {};
    for (let draw = 0; draw < 10_000; draw += 1) {
      const name = pick?.(random) ?? '';
      counts[name] = (counts[name] ?? 0) + 1;
    }
    expect(Object.keys(counts).toSorted()).toEqual([
      'INTERACTION_CREATE',
      'MESSAGE_CREATE',
      'MESSAGE_DELETE',
      'MESSAGE_UPDATE',
    ]);
    expect((counts.MESSAGE_CREATE ?? 0) / 10_000).toBeCloseTo(20 / 28, 1);
    expect(createEventPicker({ PRESENCE_UPDATE: 1 }, Intent.guilds)).toBeUndefined();
    expect(EVENT_MIXES.presence.PRESENCE_UPDATE).toBeGreaterThan(50);
  });
});

describe('sizes', () => {
  const size = (t: string, body: string): number => Buffer.byteLength(writeJsonFrame(dispatchFrame(t, 40, body)));
  const near = (t: string, bytes: number, expected: number): void => {
    expect([t, bytes / expected > 0.85 && bytes / expected < 1.15, bytes]).toEqual([t, true, bytes]);
  };

  it('live events are as large as those measured', () => {
    const measured = {
      MESSAGE_DELETE: 137,
      MESSAGE_REACTION_ADD: 787,
      PRESENCE_UPDATE: 297,
      TYPING_START: 668,
      VOICE_STATE_UPDATE: 830,
      GUILD_MEMBER_ADD: 578,
      GUILD_MEMBER_REMOVE: 324,
      INTERACTION_CREATE: 1_581,
      CHANNEL_UPDATE: 373,
      GUILD_ROLE_UPDATE: 353,
    } as const;
    const guild = population(1).guild(0);
    for (const [name, expected] of Object.entries(measured)) {
      near(
        name,
        size(
          name,
          live()
            .make(name as keyof typeof measured, guild)
            .body(ALL_INTENTS),
        ),
        expected,
      );
    }
    const lengths = Array.from({ length: 500 }, (_, seed) =>
      size('MESSAGE_CREATE', live(seed).make('MESSAGE_CREATE', guild).body(ALL_INTENTS)),
    );
    near('MESSAGE_CREATE, shortest', Math.min(...lengths), 945);
    near('MESSAGE_CREATE, longest', Math.max(...lengths), 1_324);
  });

  it('guilds are as large as those measured, with and without presences', () => {
    const rows: [shape: GuildShape, presences: boolean, expected: number][] = [
      [GUILD_SHAPES.small, false, 4_023],
      [{ members: 1, channels: 30, roles: 25, emojis: 50, presences: 0 }, false, 23_878],
      [{ members: 1, channels: 200, roles: 120, emojis: 250, presences: 0 }, false, 126_858],
      [GUILD_SHAPES.typical, true, 56_442],
      [{ members: 249, channels: 80, roles: 60, emojis: 0, presences: 200 }, true, 229_762],
    ];
    for (const [shape, presences, expected] of rows) {
      const all = population(1, shape);
      near(
        'GUILD_CREATE',
        size('GUILD_CREATE', all.createBody(all.guild(0), { presences, largeThreshold: 250, backfill: true })),
        expected,
      );
    }
  });

  it('READY grows by 48 bytes a guild', () => {
    const ready = (guilds: number): number => {
      const all = population(guilds);
      const guildIds = all.ofShard(0, 1).map((index) => all.guild(index).id);
      return size(
        'READY',
        readyJson({
          version: 10,
          application,
          guildIds,
          sessionId: 'f'.repeat(32),
          resumeUrl: 'wss://x',
          shard: [0, 1],
        }),
      );
    };
    expect(ready(1_001) - ready(1)).toBe(48_000);
  });

  it('a guild above large_threshold lists only those online, and a small one everybody', () => {
    const all = population(1, GUILD_SHAPES.large);
    const members = (largeThreshold: number): number =>
      (
        JSON.parse(all.createBody(all.guild(0), { presences: true, largeThreshold, backfill: true })) as {
          members: unknown[];
        }
      ).members.length;
    expect(members(50)).toBe(201);
    const small = population(1, GUILD_SHAPES.typical);
    expect(
      JSON.parse(small.createBody(small.guild(0), { presences: true, largeThreshold: 250, backfill: false })).members
        .length,
    ).toBe(51);
  });

  it('ids in a guild are unique', () => {
    const all = population(3, GUILD_SHAPES.large);
    const ids = [0, 1, 2].flatMap((index) => {
      const guild = JSON.parse(
        all.createBody(all.guild(index), { presences: true, largeThreshold: 50, backfill: true }),
      ) as Record<string, { id: string }[]>;
      return [...(guild.roles ?? []), ...(guild.channels ?? []), ...(guild.emojis ?? [])].map(({ id }) => id);
    });
    expect(new Set(ids).size).toBe(3 * (120 + 200 + 250));
  });
});
