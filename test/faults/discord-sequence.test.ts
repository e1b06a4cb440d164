import { encodeCommand } from '@shardgate/wire';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '@shardgate/simulator';
import { activityOf, createFaultBed, doctored, endUnharmed, endWithGaps, expectNoSecret } from './outcome.ts';

const MINUTE_MS = 60_000;

describe('D24 to D26 sequence numbers and sessions', () => {
  it('D24 a dispatch that comes twice, or late with a lower number, is delivered once and lowers no cursor', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    const past: string[] = [];
    await bed.ready({ encoding: 'json', compression: 'none' });
    await bed.advance(1_000);
    const shard = bed.gateway.shards.get(0);
    bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 5 });
    await bed.advance(100);
    const received = bed.received.length;
    const { settled } = shard?.tracker ?? {};
    for (const seq of [shard?.tracker.received, (shard?.tracker.received ?? 0) - 3, 2, 1, 0]) {
      past.push(`{"t":"MESSAGE_CREATE","s":${seq},"op":0,"d":{"id":"1","content":"again"}}`);
    }
    for (const text of past) bed.simulator.fault({ kind: 'garbage', text });
    await bed.advance(100);
    expect(bed.received.length).toBe(received);
    expect(shard?.counts.duplicates).toBe(5);
    expect(shard?.tracker.settled).toBe(settled);
    expect(bed.told('shardDisconnected')).toEqual([]);
    await bed.advance(2 * MINUTE_MS);
    await endUnharmed(bed);
  });

  it('D24 a replay of what came already (the checkpoint is older) is dropped in the same process', async () => {
    const bed = createFaultBed({ eventsPerSecond: 20 }, {}, () => 2_000);
    await bed.ready();
    for (let round = 0; round < 5; round++) {
      await bed.advance(10_000);
      bed.simulator.fault({ kind: 'drop' });
      await bed.until('noticed', () => !bed.allReady());
      await bed.until('back', bed.allReady);
    }
    expect(bed.gateway.shards.get(0)?.counts.duplicates, 'the replay began at what was settled').toBeGreaterThan(20);
    await endUnharmed(bed);
  });

  it('D25 a number that jumps forward is told and delivered; the session goes on', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    let swallowed = 0;
    await bed.ready(
      doctored(bed, (text) => {
        if (!text.includes('"t":"TYPING_START"')) return text;
        swallowed += 1;
        return undefined;
      }),
    );
    await bed.advance(1_000);
    const before = bed.gateway.shards.get(0)?.tracker.received ?? 0;
    bed.simulator.emit({ t: 'TYPING_START', count: 3 });
    bed.simulator.emit({ t: 'MESSAGE_CREATE' });
    await bed.advance(2 * MINUTE_MS);
    expect(swallowed).toBe(3);
    expect(bed.told('sequenceJump')).toEqual([{ shardId: 0, from: before, to: before + 4 }]);
    expect(bed.received.at(-1)).toMatchObject({ seq: before + 4, t: 'MESSAGE_CREATE' });
    expect([bed.identifies(), bed.resumes(), bed.told('gap').length]).toEqual([1, 0, 0]);
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('noticed', () => !bed.allReady());
    await bed.until('back', bed.allReady);
    expect(activityOf(bed.simulator, 'resume').map(({ seq }) => seq)).toEqual([before + 4]);
    const { duplicated, unknown, reordered } = bed.compare();
    expect({ duplicated, unknown, reordered }).toEqual({ duplicated: [], unknown: [], reordered: [] });
    bed.clean();
    await bed.end();
  });

  it.each([
    '{"t":"MESSAGE_CREATE","op":0,"d":{}}',
    '{"t":"MESSAGE_CREATE","s":null,"op":0,"d":{}}',
    '{"t":"MESSAGE_CREATE","s":"9","op":0,"d":{}}',
    '{"t":"MESSAGE_CREATE","s":-1,"op":0,"d":{}}',
    '{"t":"MESSAGE_CREATE","s":1e99,"op":0,"d":{}}',
  ])('D26 a dispatch without a usable number moves no cursor: %s', async (text) => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    await bed.ready({ encoding: 'json', compression: 'none' });
    await bed.advance(1_000);
    const { received, settled } = bed.gateway.shards.get(0)?.tracker ?? {};
    bed.simulator.fault({ kind: 'garbage', text });
    await bed.advance(100);
    expect(bed.gateway.shards.get(0)?.tracker).toMatchObject({ received, settled });
    bed.simulator.fault({ kind: 'drop' });
    await bed.until('noticed', () => !bed.allReady());
    await bed.until('back', bed.allReady);
    expect(activityOf(bed.simulator, 'resume').at(-1)?.seq).toBe(settled);
    expect(bed.identifies()).toBe(1);
    bed.clean();
    await bed.end();
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['a number', 5],
    ['empty', ''],
    ['not a URL', 'gateway'],
    ['another host', 'wss://gateway.discord.gg.evil.example'],
    ['a look-alike', 'wss://evil-discord.gg'],
    ['user info before another host', 'wss://gateway.discord.gg@evil.example'],
    ['user info', 'wss://user:secret@gateway.discord.gg'],
    ['no TLS', 'ws://gateway-us-east1-z.discord.gg'],
    ['another port', 'wss://gateway-us-east1-z.discord.gg:8443'],
    ['another protocol', 'https://gateway-us-east1-z.discord.gg'],
  ])(
    'D26 a resume_gateway_url that is %s gets no connection and no token; the main URL resumes',
    async (_what, url) => {
      const bed = createFaultBed();
      const dialled: string[] = [];
      const doctor = doctored(bed, (text) => {
        if (!text.includes('"t":"READY"')) return text;
        const payload = JSON.parse(text) as { d: Record<string, unknown> };
        payload.d['resume_gateway_url'] = url;
        return JSON.stringify(payload);
      });
      await bed.ready({
        ...doctor,
        openSocket: (address, handlers) => {
          dialled.push(new URL(address).host);
          return (doctor.openSocket as NonNullable<typeof doctor.openSocket>)(address, handlers);
        },
      });
      await bed.advance(5_000);
      bed.simulator.fault({ kind: 'drop' });
      await bed.until('noticed', () => !bed.allReady());
      await bed.until('back', bed.allReady);
      expect(new Set(dialled)).toEqual(new Set(['gateway.discord.gg']));
      expect([bed.identifies(), bed.resumes()]).toEqual([1, 1]);
      expect(bed.told('protocolError')).toMatchObject([{ code: 'badResumeUrl' }]);
      await endUnharmed(bed);
    },
  );

  it.each([undefined, null, '', 7])(
    'D26 a READY whose session_id is %j works until the connection ends; then the loss is told and a new session begins',
    async (sessionId) => {
      const bed = createFaultBed();
      let spoiled = false;
      await bed.ready(
        doctored(bed, (text) => {
          if (spoiled || !text.includes('"t":"READY"')) return text;
          spoiled = true;
          const payload = JSON.parse(text) as { d: Record<string, unknown> };
          payload.d['session_id'] = sessionId;
          return JSON.stringify(payload);
        }),
      );
      await bed.advance(5_000);
      const events = bed.received.length;
      expect(events, 'what comes is delivered').toBeGreaterThan(20);
      bed.simulator.fault({ kind: 'drop' });
      await bed.until('noticed', () => !bed.allReady());
      await bed.until('ready anew', bed.allReady);
      expect([bed.identifies(), bed.resumes()]).toEqual([2, 0]);
      expect(bed.told('gap')).toMatchObject([{ shardId: 0, sessionId: '' }]);
      expect(bed.gateway.shards.get(0)?.sessionId).not.toBe('');
      await bed.advance(5_000);
      expect(bed.received.length).toBeGreaterThan(events);
      bed.clean();
      expectNoSecret(bed);
      await bed.end();
    },
  );
});

describe('D32 and D33 limits and clocks', () => {
  it('D32 a thousand commands at once all leave within their limit, in order, with heartbeats between them', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    await bed.ready();
    await bed.advance(1_000);
    const from = bed.clock.now();
    const done: number[] = [];
    const sent = Array.from({ length: 1_000 }, (_, index) =>
      bed.gateway
        .sendShardMessage(bed.gateway, 0, { op: 8, d: { guild_id: '1', query: '', limit: 1, nonce: String(index) } })
        .then(() => done.push(index)),
    );
    await bed.advance(10 * MINUTE_MS);
    await Promise.all(sent);
    expect(done).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
    expect(activityOf(bed.simulator, 'command')).toHaveLength(1_000);
    expect(activityOf(bed.simulator, 'heartbeat').filter(({ at }) => at > from).length).toBeGreaterThanOrEqual(13);
    expect(bed.told('shardDisconnected')).toEqual([]);
    await endUnharmed(bed);
  });

  it('D32 twenty presence updates keep to five in 20 s, and the newest is what Discord ends up with', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 });
    await bed.ready();
    for (let index = 0; index < 20; index++) {
      void bed.gateway.sendShardMessage(bed.gateway, 0, {
        op: 3,
        d: { since: null, activities: [], status: index === 19 ? 'dnd' : 'online', afk: false },
      });
      await bed.advance(1_000);
    }
    await bed.advance(30_000);
    expect(bed.simulator.state().sessions[0]?.presence).toMatchObject({ status: 'dnd' });
    await endUnharmed(bed);
  });

  it('D32 a command of more than 4,096 bytes is refused here with its size; Discord never sees it', async () => {
    const bed = createFaultBed();
    await bed.ready();
    const command = (query: string) =>
      bed.gateway.sendShardMessage(bed.gateway, 0, { op: 8, d: { guild_id: '1', query, limit: 1 } });
    await expect(command('é'.repeat(2_100))).rejects.toThrow(/bytes; Discord takes 4096/);
    const empty = Buffer.byteLength(
      encodeCommand({ op: 8, d: { guild_id: '1', query: '', limit: 1 } }, bed.gateway.encoding),
    );
    await expect(command('x'.repeat(4_097 - empty))).rejects.toMatchObject({ code: 'invalidCommand' });
    await command('x'.repeat(4_096 - empty));
    await bed.advance(1_000);
    expect(activityOf(bed.simulator, 'command')).toHaveLength(1);
    expect(bed.told('shardDisconnected')).toEqual([]);
    await endUnharmed(bed);
  });

  it('D32 RATE_LIMITED is an event like any other', async () => {
    const bed = createFaultBed({ eventsPerSecond: 0 }, { intents: ['Guilds', 'GuildMembers'] });
    await bed.ready();
    await bed.advance(1_000);
    const [guildId] = bed.simulator.guilds.ids({ limit: 1 });
    for (let ask = 0; ask < 2; ask++) {
      await bed.gateway.sendShardMessage(bed.gateway, 0, {
        op: 8,
        d: { guild_id: guildId ?? '', query: '', limit: 0 },
      });
      await bed.advance(1_000);
    }
    expect(bed.received.filter(({ t }) => t === 'RATE_LIMITED')).toHaveLength(1);
    expect(bed.told('shardDisconnected')).toEqual([]);
    await endUnharmed(bed);
  });

  it.each([-365, 365])(
    'D33 a wall clock that jumps by %i days disturbs no heartbeat, no session and no bucket',
    async (days) => {
      const bed = createFaultBed({ shards: 3, eventsPerSecond: 3 });
      let skewMs = 0;
      const wall = createVirtualClock().wallTime();
      bed.start({ clock: { ...bed.clock, wallTime: () => wall + bed.clock.now() + skewMs } });
      await bed.advance(3_000);
      skewMs = days * 86_400_000;
      await bed.until('ready', bed.allReady);
      await bed.advance(5 * MINUTE_MS);
      expect(bed.told('shardDisconnected')).toEqual([]);
      bed.simulator.fault({ kind: 'close', code: 4007, endSession: true });
      await bed.until('noticed', () => !bed.allReady());
      await bed.until('ready anew', bed.allReady);
      expect(bed.identifies()).toBe(6);
      expect(bed.gateway.runtime.governor.status.spentLast24h, 'none is forgotten').toBe(6);
      await endWithGaps(bed);
    },
  );
});
