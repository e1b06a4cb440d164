import { join, resolve } from 'node:path';
import {
  createCommandIntake,
  createDeadLetterFile,
  createDelivery,
  createJournal,
  deferInteractions,
  type CommandIntake,
  type DeadLetterFile,
  type Delivery,
  type Journal,
} from '@shardgate/delivery';
import {
  createFileIdentifyLedger,
  createFileSessionStore,
  createGatewayManager,
  systemClock,
  type GatewayManager,
} from '@shardgate/gateway';
import { createRestManager, type RestManager } from '@shardgate/rest';
import type { Configuration } from '../configuration/configuration.ts';
import type { Log } from '../log/create-log.ts';
import { createSink } from './create-sinks.ts';
import { gatewayEvents, sinkEvents } from './event-choice.ts';
import { createPausableSink, type PausableSink } from './pausable-sink.ts';

/** What a service consists of, made as its configuration says and joined, not started. */
export interface ServiceParts {
  readonly gateway: GatewayManager;
  readonly delivery: Delivery;
  readonly journal: Journal | undefined;
  readonly sinks: readonly PausableSink[];
  readonly intake: CommandIntake;
  readonly rest: RestManager;
  readonly deadLetters: DeadLetterFile;
}

/** @throws {TypeError | RangeError} for a value that the configuration's own check let pass */
export function createParts(configuration: Configuration, log: Log): ServiceParts {
  const folder = resolve(configuration.folder);
  const rest = createRest(configuration);
  const required = configuration.sinks.filter((sink) => sink.required).map(({ name }) => name);
  const journal = configuration.journal.enabled ? openJournal(configuration, folder, required) : undefined;
  const gateway = createGateway(configuration, {
    folder,
    journal,
    // Without a REST process the gateway asks Discord itself for its address.
    rest: configuration.rest.url === null ? undefined : rest,
  });
  const { roles, maxQueued, maxQueuedPerClient, maxMemberRequests, chunkTimeoutMs } = configuration.commands;
  const intake = createCommandIntake({
    gateway,
    roles: () => roles,
    maxQueued,
    maxQueuedPerClient,
    maxMemberRequests,
    chunkTimeoutMs,
  });
  const sinks = configuration.sinks.map((sink) => createPausableSink(createSink(sink, { intake, gateway })));
  const deadLetters = createDeadLetterFile({
    path: resolve(folder, configuration.deadLetters.path),
    onTrouble: (message) => log.error({ kind: 'deadLetter' }, message),
  });
  const { defer, ephemeral, answerAfterMs, maxAgeMs } = configuration.interactions;
  const delivery = createDelivery({
    ...configuration.delivery,
    sinks: configuration.sinks.map((sink, index) => ({
      sink: sinks[index] as PausableSink,
      required: sink.required,
      ...sinkEvents(configuration, sink),
    })),
    journal,
    journalAfterMs: configuration.journal.afterMs,
    deadLetters,
    commands: intake,
    interactions: {
      maxAgeMs,
      answerAfterMs,
      ...(defer ? { answer: deferInteractions({ rest, ephemeral }) } : {}),
    },
  });
  delivery.attach(delivery, gateway);
  return { gateway, delivery, journal, sinks, intake, rest, deadLetters };
}

function createRest({ token, apiUrl, rest }: Configuration): RestManager {
  return createRestManager({
    token,
    apiUrl,
    ...(rest.url === null ? {} : { customUrl: rest.url }),
    ...(rest.secretKey === null ? {} : { secretKey: rest.secretKey }),
  });
}

function openJournal({ journal }: Configuration, folder: string, sinks: readonly string[]): Journal {
  return createJournal({
    path: join(folder, 'journal'),
    sinks,
    maxBytes: journal.maxBytes,
    ...(journal.maxAgeMs === null ? {} : { maxAgeMs: journal.maxAgeMs }),
    overflow: journal.overflow,
    durability: journal.durability,
    clock: systemClock,
  });
}

interface Stores {
  readonly folder: string;
  readonly journal: Journal | undefined;
  readonly rest: RestManager | undefined;
}

function createGateway(configuration: Configuration, { folder, journal, rest }: Stores): GatewayManager {
  const { token, apiUrl, intents, presence, largeThreshold, shards, reshard, filters } = configuration;
  const { whitelist, ignoreEvents } = gatewayEvents(configuration);
  return createGatewayManager({
    token,
    apiUrl,
    intents,
    ...(rest === undefined ? {} : { rest }),
    presence: presenceOf(presence),
    ...(largeThreshold === null ? {} : { largeThreshold }),
    ...(shards.total === 'auto' ? {} : { maxShards: shards.total }),
    firstShardId: shards.first,
    ...(shards.last === null ? {} : { lastShardId: shards.last }),
    ...(shards.concurrency === 'auto' ? {} : { maxConcurrency: shards.concurrency }),
    spawnShardDelay: shards.spawnDelayMs,
    encoding: shards.encoding,
    compression: shards.compression,
    resumeSessions: shards.resume,
    connectsPerSecond: shards.connectsPerSecond,
    ...(shards.identifyReserve === null ? {} : { identifyReserve: shards.identifyReserve }),
    reshard: reshard.automatic,
    reshardPercentage: reshard.percentage,
    reshardCheckInterval: reshard.checkIntervalMs,
    filters,
    ...(whitelist === undefined ? {} : { whitelist }),
    ignoreEvents,
    sessionStore: journal?.sessions ?? createFileSessionStore({ path: join(folder, 'sessions') }),
    identifyLedger: createFileIdentifyLedger({ path: join(folder, 'identifies.json') }),
  });
}

/** A presence as Discord wants it. */
export function presenceOf({ status, activities }: Configuration['presence']): NonNullable<GatewayManager['presence']> {
  return { status, activities: [...activities], since: null, afk: false } as NonNullable<GatewayManager['presence']>;
}
