import * as grpc from '@grpc/grpc-js';
import { createGrpcCommands, createGrpcStreamSink, type GrpcCommandsOptions } from '@shardgate/brokers/grpc';
import { createCommandIntake } from '@shardgate/delivery';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startBed, until } from './broker-bed.ts';
import { clientOf, consumeStream, welcomed } from './grpc-bed.ts';
import { startIntake } from './intake-bed.ts';

type Ended = { readonly error?: { readonly code: number; readonly details: string }; readonly answer?: unknown };

async function start(more: Partial<GrpcCommandsOptions> = {}, metadata: Record<string, string> = {}) {
  const bed = await startIntake();
  const intake = createCommandIntake({ gateway: bed.gateway, roles: () => ['admin'] });
  const commands = createGrpcCommands({ intake, port: 0, version: '1.2.3', ...more });
  const { port } = await commands.start();
  onTestFinished(() => commands.stop());
  onTestFinished(() => intake.close());
  const gateway = clientOf('tatsu/gateway.proto', 'gateway.Gateway', port);
  const values = new grpc.Metadata();
  for (const [name, value] of Object.entries(metadata)) values.set(name, value);
  return {
    bed,
    intake,
    port,
    call: (name: string, request: object = {}): Promise<Ended> =>
      new Promise((resolve) => {
        gateway[name]?.(request, values, (error: Ended['error'] | null, answer: unknown) =>
          resolve(error === null ? { answer } : { error: error as Ended['error'] & object }),
        );
      }),
  };
}

const failed = (code: number, details: unknown = expect.any(String)) => ({
  error: expect.objectContaining({ code, details }),
});

describe("tatsu's gateway.Gateway", () => {
  it('tells its version', async () => {
    const { call } = await start();
    expect(await call('Version')).toEqual({ answer: { version: '1.2.3' } });
    const { call: unnamed } = await start({ version: undefined });
    expect(await unnamed('Version')).toEqual({ answer: { version: expect.stringMatching(/^\d+\.\d+\.\d+/) } });
  });

  it('asks Discord for the members of a guild on its shard', async () => {
    const { bed, call } = await start();
    const guildId = bed.guild(1);
    expect(await call('RequestGuildMembers', { guildId, shard: 1 })).toEqual({ answer: {} });
    await until(() => bed.sent.some(({ op, d }) => op === 8 && d['guild_id'] === guildId && d['query'] === ''));
    expect(await call('RequestGuildMembers', { guildId, shard: 99 })).toEqual(
      failed(grpc.status.NOT_FOUND, expect.stringContaining('unknown shard')),
    );
    expect(await call('RequestGuildMembers', { guildId, shard: 0 })).toEqual(failed(grpc.status.INVALID_ARGUMENT));
  });

  it('restarts a shard, with a new session only where that is allowed', async () => {
    const { bed, call } = await start();
    const resumes = () => bed.sent.filter(({ op }) => op === 6).length;
    expect(await call('RestartShard', { shard: 1 })).toEqual({ answer: {} });
    expect(resumes()).toBe(1);
    expect(await call('RestartShard', { shard: 7 })).toEqual(failed(grpc.status.NOT_FOUND));
    expect(await call('RestartShard', { shard: 1, forceIdentify: true })).toEqual(
      failed(grpc.status.PERMISSION_DENIED, expect.stringContaining('reidentify')),
    );
    const asked: number[] = [];
    const willing = await start({ reidentify: (shardId) => void asked.push(shardId) });
    expect(await willing.call('RestartShard', { shard: 1, forceIdentify: true })).toEqual({ answer: {} });
    expect(await willing.call('RestartShard', { shard: 7, forceIdentify: true })).toEqual(
      failed(grpc.status.NOT_FOUND),
    );
    expect(asked).toEqual([1]);
  });

  it('tells the state and the rate of each shard', async () => {
    const guilds = { loading: (shardId: number) => (shardId === 1 ? 5 : 0) };
    const eventRate = (shardId: number): number => {
      if (shardId === 1) throw new Error('not counted');
      return 2.4;
    };
    const statuses = ['ready', 'ready', 'resuming', 'queued', 'waiting', 'stopped'];
    const shards = statuses.map((status, shardId) => ({ shardId, status, rtt: null, guilds: 0 }));
    const { call } = await start({ guilds, eventRate, intake: { execute: async () => ({ shardCount: 6, shards }) } });
    const { answer } = await call('Stats');
    const { stats } = answer as { stats: readonly { shard: number; status: number; eventRate: number }[] };
    expect(stats.map(({ status }) => status)).toEqual([3, 2, 1, 1, 0, 0]);
    expect(stats.map(({ eventRate: rate }) => rate)).toEqual([2, 0, 2, 2, 2, 2]);
    expect(stats.map(({ shard }) => shard)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('answers only who has the key and the role', async () => {
    const { call } = await start({ secretKey: 'k1' });
    for (const name of ['Version', 'RequestGuildMembers', 'RestartShard', 'Stats'])
      expect(await call(name)).toEqual(failed(grpc.status.UNAUTHENTICATED));
    const { call: known } = await start({ secretKey: 'k1' }, { authorization: 'Bearer k1' });
    expect(await known('Version')).toHaveProperty('answer');
    const { bed } = await start();
    const plain = createGrpcCommands({ intake: bed.intake, port: 0 });
    const { port } = await plain.start();
    onTestFinished(() => plain.stop());
    const client = clientOf('tatsu/gateway.proto', 'gateway.Gateway', port);
    const code = await new Promise((resolve) => {
      client['RestartShard']?.({ shard: 1 }, (error: { code: number } | null) => resolve(error?.code));
    });
    expect(code).toBe(grpc.status.PERMISSION_DENIED);
  });
});

describe('shardgate.v1.Commands', () => {
  it('answers any command, parts first, and says what is wrong with one', async () => {
    const { bed, port, intake } = await start();
    const client = clientOf('shardgate/v1/commands.proto', 'shardgate.v1.Commands', port);
    const execute = (json: string): Promise<{ replies: unknown[]; code: number }> =>
      new Promise((resolve) => {
        const replies: unknown[] = [];
        const call = client['Execute']?.({ json }) as grpc.ClientReadableStream<Record<string, Buffer>>;
        call.on('data', ({ chunk, result }: Record<string, Buffer>) =>
          replies.push(chunk ? { chunk: JSON.parse(String(chunk)) } : { result: JSON.parse(String(result)) }),
        );
        call.on('error', () => {});
        call.on('status', ({ code }) => resolve({ replies, code }));
      });
    bed.gateway.handleDiscordPayload = (_, event) => void (intake.wants(event.t) && intake.accept(event));
    const members = await execute(JSON.stringify({ type: 'requestMembers', guildId: bed.guild(0) }));
    expect(members).toMatchObject({
      code: grpc.status.OK,
      replies: [{ chunk: { guild_id: bed.guild(0) } }, { result: { chunks: 1 } }],
    });
    expect(await execute('{')).toEqual({ replies: [], code: grpc.status.INVALID_ARGUMENT });
    expect(await execute('{"type":"reconnect","shardId":9}')).toEqual({ replies: [], code: grpc.status.NOT_FOUND });
  });
});

it('a stream sink with an intake has the management on its own port, and counts its events', async () => {
  const bed = await startIntake();
  const sink = createGrpcStreamSink({ name: 'both', port: 0, intake: bed.intake });
  const events = await startBed(sink);
  await until(() => sink.address !== undefined);
  const port = sink.address?.port ?? 0;
  await welcomed(consumeStream(port));
  for (let n = 0; n < 120; n++) events.emit(1, 'A', { n });
  await events.drained();
  const client = clientOf('tatsu/gateway.proto', 'gateway.Gateway', port);
  const answer = await new Promise((resolve) => {
    client['Stats']?.({}, (_: unknown, stats: unknown) => resolve(stats));
  });
  expect(answer).toMatchObject({ stats: [{ status: 3 }, { shard: 1, status: 3, eventRate: 2 }] });
});
