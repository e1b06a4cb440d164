import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToBatch, type Batch } from '../src/status-messages/batch.ts';
import { messagesOf, type StatusEmbed } from '../src/status-messages/embeds.ts';
import { STATUS_KINDS } from '../src/status-messages/kind-looks.ts';
import { plainText } from '../src/status-messages/plain-text.ts';
import { shardRanges } from '../src/status-messages/shard-ranges.ts';
import type { StatusEvent } from '../src/status-messages/status-event.ts';
import { statusBed, titles } from './status-messages-bed.ts';

const START = Date.parse('2026-01-01T00:00:00.789Z');

function embedsFor(events: readonly StatusEvent[]): StatusEmbed[][] {
  const batch: Batch = new Map();
  for (const event of events) addToBatch(batch, event, START);
  return messagesOf(batch);
}

const shards = (kind: 'ready' | 'resumed', ...ids: number[]): StatusEvent[] =>
  ids.map((shardId) => ({ kind, shardId }));
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the embeds of status messages', () => {
  it('have the titles and colours of twilight-dispatch', () => {
    const [message] = embedsFor([
      { kind: 'connected', shardId: 3 },
      { kind: 'ready', shardId: 3 },
      { kind: 'resumed', shardId: 4 },
      { kind: 'guildJoin', guildId: '81384788765712384', name: 'Reading room' },
      { kind: 'guildLeave', guildId: '81384788765712385', name: undefined },
    ]);
    const timestamp = '2026-01-01T00:00:00Z';
    expect(message).toEqual([
      { title: '[Shard 3] Connected', color: 0x00ff00, timestamp },
      { title: '[Shard 3] Ready', color: 0x00ff00, timestamp },
      { title: '[Shard 4] Resumed', color: 0x1e90ff, timestamp },
      { title: 'Guild Join', description: 'Reading room (81384788765712384)', color: 0x00ff00, timestamp },
      { title: 'Guild Leave', description: 'Unknown (81384788765712385)', color: 0xff0000, timestamp },
    ]);
  });

  it('put the shards of one kind together', () => {
    const [message] = embedsFor(shards('resumed', 70, ...range(64)));
    expect(message?.map(({ title, description }) => [title, description])).toEqual([
      ['[Shards 0-63, 70] Resumed', undefined],
    ]);
  });

  it('keep the order in which kinds were first told', () => {
    const events: StatusEvent[] = [
      { kind: 'disconnected', shardId: 1, cause: 'reset' },
      ...shards('resumed', 1),
      { kind: 'disconnected', shardId: 2, cause: 'reset' },
    ];
    expect(embedsFor(events).map((message) => message.map(({ title }) => title))).toEqual([
      ['[Shards 1-2] Disconnected', '[Shard 1] Resumed'],
    ]);
  });

  it('say why, with the shards where causes differ, and how often', () => {
    const told = (cause: string, ...ids: number[]): StatusEvent[] =>
      ids.map((shardId) => ({ kind: 'disconnected', shardId, cause }));
    expect(embedsFor(told('connection reset', 1, 2))[0]?.[0]?.description).toBe('connection reset');
    expect(embedsFor([...told('connection reset', 1, 2, 2), ...told('closed with 4000', 7)])[0]?.[0]?.description).toBe(
      'Shards 1-2: connection reset\nShard 7: closed with 4000\n4 times in all',
    );
  });

  it('sum up lines beyond a thousand and causes beyond twenty', () => {
    const joins = range(1_234).map((index): StatusEvent => ({
      kind: 'guildJoin',
      guildId: String(10 ** 17 + index),
      name: `Guild ${index}`,
    }));
    const lines = embedsFor(joins)
      .flat()
      .flatMap(({ description }) => description?.split('\n') ?? []);
    expect([lines.length, lines.at(-1)]).toEqual([1_001, 'and 234 more']);
    const causes = range(50).map((shardId): StatusEvent => ({ kind: 'failed', shardId, cause: `cause ${shardId}` }));
    const failed = embedsFor(causes)[0]?.[0]?.description?.split('\n') ?? [];
    expect([failed.length, failed.at(-1)]).toEqual([21, 'Shards 20-49: other causes']);
  });

  it('show a name as it is written: no markup, no link, no mention, no line of its own', () => {
    expect(plainText('[free](https://x.example)\n@everyone <@1> **a**', 100)).toBe(
      '\\[free\\]\\(https\\://x.example\\) \\@everyone \\<\\@1\\> \\*\\*a\\*\\*',
    );
    expect(plainText('😀'.repeat(5), 8)).toBe('😀😀😀…');
  });

  it('never exceed a limit of Discord, whatever happens', () => {
    const text = fc.oneof(fc.string({ maxLength: 400, unit: 'grapheme' }), fc.constant('*'.repeat(500)));
    const shardId = fc.integer({ min: 0, max: 5_000 });
    const event = fc.oneof(
      fc.record({ kind: fc.constantFrom('ready', 'resumed', 'stopped', 'connected'), shardId }),
      fc.record({ kind: fc.constantFrom('disconnected', 'failed', 'gap'), shardId, cause: text }),
      fc.record({ kind: fc.constant('incident'), text }),
      fc.record({ kind: fc.constantFrom('guildJoin', 'guildLeave'), guildId: fc.constant('9'.repeat(20)), name: text }),
    ) as fc.Arbitrary<StatusEvent>;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 600, size: 'max' }), (events) => {
        for (const message of embedsFor(events)) {
          expect(message.length).toBeLessThanOrEqual(10);
          let sum = 0;
          for (const { title, description = '' } of message) {
            expect(title.length).toBeLessThanOrEqual(256);
            expect(description.length).toBeLessThanOrEqual(4_096);
            sum += title.length + description.length;
          }
          expect(sum).toBeLessThanOrEqual(6_000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are one message for a thousand scattered shards of every kind', () => {
    const scattered = range(1_000).map((index) => index * 2);
    const events = STATUS_KINDS.filter((kind) => !/^(guild|incident|reshard)/.test(kind)).flatMap((kind) =>
      scattered.map((shardId) => ({ kind, shardId, cause: 'connection reset' }) as StatusEvent),
    );
    const messages = embedsFor(events);
    expect(messages.flat().map(({ title }) => title)).toContain('[1000 shards] Resumed');
    expect(messages.length).toBeLessThanOrEqual(2);
  });
});

describe('a list of shards', () => {
  it('names or counts every shard, within its room', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat({ max: 3_000 }), { minLength: 1 }),
        fc.integer({ min: 30, max: 300 }),
        (ids, room) => {
          const text = shardRanges(ids, room);
          expect(text.length).toBeLessThanOrEqual(room);
          const [shown = '', more = '0'] = text.split(/ and (\d+) more$/);
          const named = shown.split(', ').flatMap((part) => {
            const [first = 0, last = first] = part.split('-').map(Number);
            return range(last - first + 1).map((index) => first + index);
          });
          expect(named.length + Number(more)).toBe(ids.length);
          expect(ids).toEqual(expect.arrayContaining(named));
        },
      ),
    );
  });
});

describe('gathering', () => {
  it('makes one message of everything within an interval, and sends nothing before', async () => {
    const bed = await statusBed();
    const status = bed.create();
    for (const event of [...shards('resumed', ...range(64)), ...shards('ready', 64)]) status.tell(event);
    bed.clock.advance(4_999);
    status.tell({ kind: 'resumed', shardId: 99 });
    bed.clock.advance(4_999);
    expect(bed.posted).toEqual([]);
    await bed.untilPosted(1, 1);
    expect(titles(bed.posted[0])).toEqual(['[Shards 0-63, 99] Resumed', '[Shard 64] Ready']);
    expect(bed.posted[0]?.body.allowed_mentions).toEqual({ parse: [] });
  });

  it('posts once in twelve intervals when it never gets quiet', async () => {
    const bed = await statusBed();
    const status = bed.create();
    for (let second = 0; second < 60; second++) {
      expect(bed.posted).toEqual([]);
      status.tell({ kind: 'ready', shardId: second });
      bed.clock.advance(1_000);
    }
    await bed.until('the post', () => bed.posted.length === 1);
    expect(titles(bed.posted[0])).toEqual(['[Shards 0-59] Ready']);
  });

  it('sends what was told when it is closed, at once, and leaves no timer', async () => {
    const bed = await statusBed();
    const status = bed.create();
    status.tell({ kind: 'stopped', shardId: 0 });
    await status.close();
    expect(titles(bed.posted[0])).toEqual(['[Shard 0] Stopped']);
    status.tell({ kind: 'ready', shardId: 0 });
    expect([bed.clock.pending(), bed.problems]).toEqual([0, []]);
  });

  it('leaves out kinds that are not wanted, and guilds without a place for them', async () => {
    const bed = await statusBed();
    const status = bed.create({ kinds: ['ready', 'guildJoin'] });
    status.tell({ kind: 'resumed', shardId: 1 });
    status.tell({ kind: 'guildJoin', guildId: '1', name: 'A' });
    status.tell({ kind: 'ready', shardId: 2 });
    expect(await status.flush()).toBe(true);
    expect(bed.posted.map(titles)).toEqual([['[Shard 2] Ready']]);
  });
});

describe('options', () => {
  it('are checked by name', async () => {
    const bed = await statusBed();
    const wrong: [object, RegExp][] = [
      [{ target: undefined }, /target: expected a webhook or a channel/],
      [{ intervalMs: 10 }, /intervalMs: expected a whole number from 1000 to 3600000 milliseconds, got 10/],
      [{ kinds: ['redy'] }, /kinds: expected a list of connected, .*got \[ 'redy' \]/],
      [
        { target: { channelId: 'general', rest: {} } },
        /target\.channelId: expected the id of a channel, got 'general'/,
      ],
      [{ target: { channelId: '1' } }, /target\.rest: expected a REST manager/],
      [{ interval: 5 }, /unknown option "interval"/],
    ];
    for (const [options, message] of wrong) expect(() => bed.create(options)).toThrow(message);
  });
});
