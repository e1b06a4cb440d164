import { inspect } from 'node:util';
import { createRestManager } from '@shardgate/rest';
import { describe, expect, it } from 'vitest';
import { answerJson, statusBed, titles, WEBHOOK_TOKEN } from './status-messages-bed.ts';

const LIMITED = { message: 'You are being rate limited.', retry_after: 2.5, global: false };

describe('posting to a webhook', () => {
  it('asks for an answer, keeps the query, and mentions nobody', async () => {
    const bed = await statusBed();
    const status = bed.create({ target: { webhookUrl: `${bed.webhookUrl}?thread_id=99` } });
    status.tell({ kind: 'ready', shardId: 0 });
    await status.flush();
    const [post] = bed.posted;
    expect(post?.url).toBe(`/api/webhooks/613425648685547541/${WEBHOOK_TOKEN}?thread_id=99&wait=true`);
    expect(Object.keys(post?.body ?? {})).toEqual(['embeds', 'allowed_mentions']);
  });

  it('waits as long as a 429 asks, loses nothing, and gathers meanwhile', async () => {
    const bed = await statusBed((response, index) => index < 2 && answerJson(response, 429, LIMITED));
    const status = bed.create();
    status.tell({ kind: 'ready', shardId: 0 });
    bed.clock.advance(5_000);
    await bed.until('the first answer', () => bed.delays.includes(2_750));
    for (const shardId of [1, 2, 3]) status.tell({ kind: 'ready', shardId });
    bed.clock.advance(2_749);
    expect(bed.posted.length).toBe(1);
    await bed.untilPosted(4);
    expect(bed.posted.map(titles)).toEqual([
      ['[Shard 0] Ready'],
      ['[Shard 0] Ready'],
      ['[Shard 0] Ready'],
      ['[Shards 1-3] Ready'],
    ]);
    expect(bed.problems).toEqual([]);
  });

  it('reads the header where the body says nothing', async () => {
    const bed = await statusBed(
      (response, index) => index === 0 && answerJson(response, 429, 'busy', { 'retry-after': '7' }),
    );
    bed.create().tell({ kind: 'ready', shardId: 0 });
    await bed.untilPosted(2);
    expect(bed.delays).toContain(7_250);
  });

  it('holds every target while the limit is global', async () => {
    const bed = await statusBed(
      (response, index) => index === 0 && answerJson(response, 429, { ...LIMITED, retry_after: 60, global: true }),
    );
    const status = bed.create({ guildTarget: { webhookUrl: `${bed.webhookUrl}guilds` } });
    status.tell({ kind: 'ready', shardId: 0 });
    bed.clock.advance(5_000);
    await bed.until('the answer', () => bed.delays.includes(60_250));
    status.tell({ kind: 'guildJoin', guildId: '1', name: 'A' });
    await bed.clock.advanceAsync(59_000);
    expect(bed.posted.length).toBe(1);
    await bed.untilPosted(3);
    expect(bed.posted.slice(1).flatMap(titles).sort()).toEqual(['Guild Join', '[Shard 0] Ready']);
  });

  it('backs off with jitter after 5xx and says so once when it lasts', async () => {
    const bed = await statusBed((response, index) => index < 7 && answerJson(response, 502, {}));
    bed.create().tell({ kind: 'ready', shardId: 0 });
    await bed.untilPosted(8, 1_000);
    const waits = bed.delays.filter((delay) => delay !== 5_000 && delay !== 15_000);
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    expect(bed.problems).toEqual([
      'status messages are late: webhook 613425648685547541: answered 502; posting is tried again until it works',
    ]);
  });

  it('tries again when the connection breaks', async () => {
    const bed = await statusBed((response, index) => {
      if (index === 0) response.destroy();
      return index === 0;
    });
    bed.create().tell({ kind: 'ready', shardId: 0 });
    await bed.untilPosted(2);
    expect(bed.posted.map(titles)).toEqual([['[Shard 0] Ready'], ['[Shard 0] Ready']]);
  });

  it('gives up a try that gets no answer', async () => {
    const bed = await statusBed((_, index) => index === 0);
    bed.create().tell({ kind: 'ready', shardId: 0 });
    await bed.untilPosted(2, 1_000);
    expect(bed.clock.now()).toBeGreaterThanOrEqual(20_000);
  });

  it('drops a message that is refused, tells it once a row, and rests', async () => {
    const bed = await statusBed(
      (response, index) => index < 2 && answerJson(response, 404, { message: 'Unknown Webhook', code: 10_015 }),
    );
    const status = bed.create();
    const tellAndWait = async (shardId: number, count: number): Promise<number> => {
      status.tell({ kind: 'ready', shardId });
      await bed.untilPosted(count, 1_000);
      return bed.clock.now();
    };
    const first = await tellAndWait(0, 1);
    await bed.until('the refusal is told', () => bed.problems.length === 1);
    const second = await tellAndWait(1, 2);
    const third = await tellAndWait(2, 3);
    expect(second - first).toBeGreaterThanOrEqual(60_000);
    expect(third - second).toBeGreaterThanOrEqual(119_000);
    expect(bed.posted.map(titles)).toEqual([['[Shard 0] Ready'], ['[Shard 1] Ready'], ['[Shard 2] Ready']]);
    expect(bed.problems).toEqual([
      'status messages are refused and were dropped: webhook 613425648685547541: answered 404 (Discord code 10015); check the target and its permissions (next try in 60 s, then at longer and longer intervals)',
    ]);
  });

  it('does not follow a redirect', async () => {
    const bed = await statusBed((response) => {
      response.writeHead(307, { location: '/elsewhere' }).end();
      return true;
    });
    const status = bed.create();
    status.tell({ kind: 'ready', shardId: 0 });
    await status.flush();
    expect([bed.posted.length, bed.problems.length]).toEqual([1, 1]);
  });

  it('ends within its deadline when nobody answers, and says what was not posted', async () => {
    const bed = await statusBed(() => true);
    const status = bed.create();
    status.tell({ kind: 'ready', shardId: 0 });
    status.tell({ kind: 'resumed', shardId: 1 });
    const closed = status.close(2_000);
    await bed.until('the post', () => bed.posted.length === 1);
    bed.clock.advance(2_000);
    await closed;
    expect(bed.problems).toEqual(['status messages of 2 events could not be posted before the end']);
    expect(bed.clock.pending()).toBe(0);
  });

  it('never shows the address', async () => {
    const bed = await statusBed((response, index) => index < 5 && answerJson(response, 500, { url: bed.webhookUrl }));
    const status = bed.create();
    status.tell({ kind: 'ready', shardId: 0 });
    await bed.untilPosted(6, 1_000);
    const shown = [inspect(status, { depth: Infinity, showHidden: true }), JSON.stringify(status), ...bed.problems];
    for (const wrong of [bed.webhookUrl.replace('/webhooks/', '/hooks/'), `x${bed.webhookUrl}`, [bed.webhookUrl]]) {
      for (const target of [{ webhookUrl: wrong }, wrong, { webhookUrl: bed.webhookUrl, channelId: '1' }]) {
        expect(() => bed.create({ target: target as never })).toThrow(
          expect.objectContaining({ message: expect.not.stringContaining(WEBHOOK_TOKEN) }),
        );
      }
    }
    expect(bed.problems.length).toBe(1);
    expect(shown.join('\n')).not.toContain(WEBHOOK_TOKEN);
  });

  it('sends the address over TLS only, but for this machine', async () => {
    const bed = await statusBed();
    const create = (webhookUrl: string) => () => bed.create({ target: { webhookUrl } });
    expect(create('http://discord.com/api/webhooks/1/token')).toThrow(/this is not https/);
    expect(create('https://discord.com/api/webhooks/1/token')).not.toThrow();
  });
});

describe('posting to a channel', () => {
  const target = (url: string) => ({
    channelId: '613425648685547541',
    rest: createRestManager({ secretKey: 'key', customUrl: url }),
  });

  it('goes through the REST manager, and repeats under the same nonce', async () => {
    const bed = await statusBed((response, index) => index === 0 && answerJson(response, 503, { error: 'away' }));
    const status = bed.create({ target: target(bed.url) });
    status.tell({ kind: 'ready', shardId: 0 });
    await bed.untilPosted(2);
    status.tell({ kind: 'ready', shardId: 1 });
    await bed.untilPosted(3);
    const [first, again, second] = bed.posted;
    expect(first?.url).toBe('/v10/channels/613425648685547541/messages');
    expect(first?.body).toMatchObject({ allowed_mentions: { parse: [] }, enforce_nonce: true });
    expect(again?.body).toEqual(first?.body);
    expect(second?.body.nonce).not.toBe(first?.body.nonce);
    expect(first?.body.nonce?.length).toBeLessThanOrEqual(25);
  });

  it('waits as long as a 429 asks', async () => {
    const bed = await statusBed((response, index) => index === 0 && answerJson(response, 429, LIMITED));
    bed.create({ target: target(bed.url) }).tell({ kind: 'ready', shardId: 0 });
    await bed.untilPosted(2);
    expect(bed.delays).toContain(2_750);
  });

  it('tells which permission is missing as Discord says it', async () => {
    const bed = await statusBed((response) => answerJson(response, 403, { message: 'Missing Access', code: 50_001 }));
    const status = bed.create({ target: target(bed.url) });
    status.tell({ kind: 'ready', shardId: 0 });
    await status.flush();
    expect(bed.problems.join()).toContain('answered 403: Missing Access (Discord code 50001)');
  });
});
