import { createGatewayManager, createMemoryIdentifyLedger, createMemorySessionStore } from '@shardgate/gateway';
import type { GatewayManager, GatewayOptions } from '@shardgate/gateway';
import { assertClean, createRandom, createSimulator, createVirtualClock } from '@shardgate/simulator';
import type { Simulator, SimulatorOptions, VirtualClock } from '@shardgate/simulator';
import { decodeEtf } from '@shardgate/wire';
import { CommandError } from '../src/commands/command-error.ts';
import { createCommandIntake } from '../src/commands/command-intake.ts';
import type { CommandIntake, CommandIntakeOptions } from '../src/commands/command-intake.ts';

const TOKEN = 'canary.token.value';
export const ALICE = { name: 'alice', id: 'a' };
export const BERTHA = { name: 'bertha', id: 'b' };

/** A gateway with an intake and Discord, in virtual time. */
export interface CommandBed {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly gateway: GatewayManager;
  readonly intake: CommandIntake;
  /** Every payload that went to Discord: its op, and for commands its shard and virtual time. */
  readonly sent: { readonly op: number; readonly d: Record<string, unknown>; readonly at: number }[];
  guild(shardId?: number): string;
  until(what: string, condition: () => boolean, maxMs?: number): Promise<void>;
  advance(ms: number): Promise<void>;
  /** What became of a promise, after moving on by `ms` at most. */
  outcome(promise: Promise<unknown>, ms?: number): Promise<unknown>;
  end(): Promise<void>;
}

/** The gateway is ready when it resolves. */
export async function createCommandBed(
  simulated: SimulatorOptions = {},
  intakeOptions: Partial<CommandIntakeOptions> = {},
  gatewayOptions: Partial<GatewayOptions> = {},
): Promise<CommandBed> {
  const clock = createVirtualClock();
  const simulator = createSimulator({ clock, guilds: 20, shards: 1, maxConcurrency: 4, token: TOKEN, ...simulated });
  const sent: CommandBed['sent'] = [];
  const gateway: GatewayManager = createGatewayManager({
    token: TOKEN,
    intents: ['Guilds', 'GuildMembers', 'GuildPresences', 'GuildMessages', 'GuildVoiceStates'],
    rest: {
      runMethod: async () => JSON.parse(String((await simulator.fetchGatewayBot(TOKEN)).body)) as unknown,
    },
    clock,
    random: createRandom(7),
    openSocket: (url, handlers) => {
      const socket = simulator.openSocket(url, handlers);
      return {
        ...socket,
        send(data) {
          sent.push({ ...readSent(data), at: clock.now() });
          socket.send(data);
        },
      };
    },
    sessionStore: createMemorySessionStore(),
    identifyLedger: createMemoryIdentifyLedger(),
    // What the delivery does with an event, as far as commands are concerned.
    handleDiscordPayload: (_, event) => {
      if (intake.wants(event.t)) intake.accept(event);
    },
    ...gatewayOptions,
  });
  const intake = createCommandIntake({ gateway, ...intakeOptions });
  const bed: CommandBed = {
    clock,
    simulator,
    gateway,
    intake,
    sent,
    guild: (shardId = 0) => simulator.guilds.ids({ shardId, shardCount: gateway.maxShards || 1 })[0] ?? '',
    async until(what, condition, maxMs = 120_000) {
      if (!condition() && !(await clock.runUntilAsync(condition, maxMs)) && !condition())
        throw new Error(`not within ${maxMs} virtual ms: ${what}`);
    },
    advance: (ms) => clock.advanceAsync(ms),
    async outcome(promise, ms = 700_000) {
      let settled: { readonly value: unknown } | undefined;
      promise.then(
        (value) => (settled = { value }),
        (error: unknown) => (settled = { value: error }),
      );
      await bed.until('an outcome', () => settled !== undefined, ms);
      return settled?.value;
    },
    async end() {
      intake.close();
      const stopped = gateway.stopGateway(gateway);
      await clock.advanceAsync(6_000);
      await stopped;
      await simulator.close();
    },
  };
  void gateway.spawnShards(gateway);
  await bed.until('all shards ready', () => {
    const { shards, maxShards } = gateway;
    return maxShards > 0 && shards.size > 0 && shards.find((shard) => !shard.ready) === undefined;
  });
  assertClean(simulator);
  return bed;
}

/** As JSON or as ETF, whichever the gateway speaks. */
function readSent(data: string | Uint8Array): { op: number; d: Record<string, unknown> } {
  const value: unknown = typeof data === 'string' ? JSON.parse(data) : decodeEtf(Buffer.from(data));
  return value as { op: number; d: Record<string, unknown> };
}

/** The code of a command error; anything else as it is. */
export function codeOf(outcome: unknown): unknown {
  return outcome instanceof CommandError ? outcome.code : outcome;
}
