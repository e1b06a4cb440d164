import { CloseCode } from '../close-codes.ts';
import { API_VERSIONS, LARGE_THRESHOLD_MIN, replayLimitFor } from '../discord-limits.ts';
import { ALL_INTENTS, PRIVILEGED_INTENTS } from '../intents.ts';
import type { ShardKey } from '../records/violations.ts';
import { recordActivity, recordViolation } from '../simulation.ts';
import type { Simulation } from '../simulation.ts';
import { randomHex } from '../time/random.ts';
import { tokenFingerprint } from '../tokens.ts';
import type { IdentifyData } from '../wire/client-payload.ts';
import { invalidSessionFrame } from '../wire/frames.ts';
import { createOutlet } from '../wire/outlet.ts';
import { readyJson } from '../world/shapes/ready.ts';
import { fixedEvent } from '../world/world-event.ts';
import type { Connection } from './connection.ts';
import { dispatch } from './dispatch.ts';
import { startBackfill } from './guild-events.ts';
import { createReplayBuffer } from './replay-buffer.ts';
import type { Session } from './session.ts';
import { endSession } from './session-life.ts';
import { closeConnection, sendPayload } from './transmit.ts';

/** Shards that identify together learn of a bad token together; after this they should know. */
const REFUSED_TOKEN_GRACE_MS = 5_000;

/** The code to close with when this bot can never identify so; undefined when it can. */
function fatalCode(simulation: Simulation, data: IdentifyData): number | undefined {
  const { settings, population, tokens } = simulation;
  if (!tokens.accepts(data.token)) return CloseCode.authenticationFailed;
  const [shardId, shardCount] = data.shard ?? [0, 1];
  if (shardId < 0 || shardId >= shardCount || shardCount % settings.requiredShardMultiple !== 0)
    return CloseCode.invalidShard;
  const guilds = population.countOfShard(shardId, shardCount);
  // Who does not shard must begin to at the limit itself.
  if (guilds > settings.maxGuildsPerSession || (data.shard === undefined && guilds === settings.maxGuildsPerSession)) {
    return CloseCode.shardingRequired;
  }
  // Bits above 31 would be lost by the bit operators.
  if (data.intents > ALL_INTENTS || (data.intents & ~ALL_INTENTS) !== 0) return CloseCode.invalidIntents;
  if ((data.intents & PRIVILEGED_INTENTS & ~settings.privilegedIntents) !== 0) return CloseCode.disallowedIntents;
  return undefined;
}

/** Writes down who tries again what was refused for good. */
function judgeRefusal(simulation: Simulation, connection: Connection, data: IdentifyData, code: number): void {
  const { clock, refusals } = simulation;
  const isToken = code === CloseCode.authenticationFailed;
  const what = isToken ? tokenFingerprint(data.token) : `${code} ${data.shard?.join('/')} ${data.intents}`;
  const before = refusals.get(what);
  if (before === undefined) {
    refusals.set(what, clock.now());
    return;
  }
  if (isToken && clock.now() - before <= REFUSED_TOKEN_GRACE_MS) return;
  recordViolation(simulation, connection, 'identify-after-refusal', `the same IDENTIFY was closed with ${code} before`);
}

/** The daily limit is passed: sessions end and the token is reset. https://docs.discord.com/developers/events/gateway#session-start-limit-object */
export function resetToken(simulation: Simulation): void {
  simulation.tokens.reset();
  for (const connection of [...simulation.connections.values()]) {
    closeConnection(simulation, connection, CloseCode.authenticationFailed, { sessionEnds: true });
  }
  for (const session of simulation.sessions.all()) endSession(simulation, session, 'token reset');
}

function createSession(simulation: Simulation, connection: Connection, data: IdentifyData, shard: ShardKey): Session {
  const { population, settings, random } = simulation;
  const guilds = population.ofShard(...shard);
  return {
    id: randomHex(random, 32),
    shard,
    intents: data.intents,
    ...connection.query,
    largeThreshold: data.large_threshold ?? LARGE_THRESHOLD_MIN,
    replay: createReplayBuffer(settings.replayLimit ?? replayLimitFor(guilds.length)),
    seq: 0,
    heartbeatSeq: 0,
    carrier: connection,
    presence: data.presence ?? null,
    expiry: undefined,
    backfill: guilds,
    backfilled: 0,
  };
}

function answerReady(simulation: Simulation, connection: Connection, data: IdentifyData, shard: ShardKey): void {
  const { population, application, addresses } = simulation;
  const session = createSession(simulation, connection, data, shard);
  connection.session = session;
  connection.state = 'ready';
  const body = readyJson({
    version: Number(connection.query.version || API_VERSIONS[0]),
    application,
    guildIds: session.backfill.map((index) => population.guild(index).id),
    sessionId: session.id,
    resumeUrl: addresses.resume,
    shard: data.shard,
  });
  simulation.sessions.add(session);
  dispatch(simulation, session, fixedEvent('READY', body, session.id));
  startBackfill(simulation, session);
  simulation.sessionsChanged();
}

function answerInvalidSession(simulation: Simulation, connection: Connection): void {
  const [least, most] = simulation.settings.invalidSessionDelayMs;
  connection.timers.set(
    () => {
      connection.state = 'new';
      sendPayload(simulation, connection, invalidSessionFrame(false, simulation.settings.nullEnvelope));
    },
    least + simulation.random() * (most - least),
  );
}

/** Decides on an IDENTIFY. The result says what was done, for the ledger. */
function decide(simulation: Simulation, connection: Connection, data: IdentifyData, shard: ShardKey): string {
  const { clock, budget, identifyLimit, settings, faults } = simulation;
  const code = fatalCode(simulation, data);
  if (code !== undefined) {
    judgeRefusal(simulation, connection, data, code);
    closeConnection(simulation, connection, code);
    return String(code);
  }
  const now = clock.now();
  const leftMs = identifyLimit.take(shard[0], now);
  if (leftMs > 0) {
    const detail = `bucket ${identifyLimit.bucketOf(shard[0])} is free in ${Math.ceil(leftMs)} ms`;
    recordViolation(simulation, connection, 'identify-too-early', detail);
    answerInvalidSession(simulation, connection);
    return 'invalid-session';
  }
  if (!budget.spend(now)) {
    recordViolation(
      simulation,
      connection,
      'identify-over-budget',
      `all ${settings.identifyTotal} identifies are spent; the token is reset`,
    );
    resetToken(simulation);
    return String(CloseCode.authenticationFailed);
  }
  const occasion = { shardId: shard[0] };
  if (faults.take('refuse-identify', now, occasion) !== undefined) {
    answerInvalidSession(simulation, connection);
    return 'invalid-session';
  }
  if (faults.take('withhold-ready', now, occasion) !== undefined) return 'withheld';
  connection.timers.set(() => answerReady(simulation, connection, data, shard), settings.readyDelayMs);
  return 'ready';
}

/** Op 2 on a connection that may send it. */
export function receiveIdentify(simulation: Simulation, connection: Connection, data: IdentifyData): void {
  const shard: ShardKey = data.shard ?? [0, 1];
  connection.state = 'answering';
  connection.shard = shard;
  // Payload compression is for JSON only. https://docs.discord.com/developers/events/gateway#payload-compression
  if (data.compress === true && connection.query.compress === '' && connection.encoding === 'json') {
    connection.outlet = createOutlet('payload', 'json', simulation.settings);
  }
  if (connection.door === 'resume') {
    recordViolation(
      simulation,
      connection,
      'wrong-url',
      'IDENTIFY on the resume URL; new sessions begin at the URL of /gateway/bot',
    );
  }
  const resumable = simulation.sessions
    .ofShard(...shard)
    .some(
      (session) =>
        session.carrier === undefined &&
        session.intents === data.intents &&
        session.replay.covers(session.heartbeatSeq),
    );
  const answer = decide(simulation, connection, data, shard);
  recordActivity(
    simulation,
    { kind: 'identify', connection: connection.id, intents: data.intents, answer, resumable },
    connection,
  );
}
