import type { GatewayManager } from '@shardgate/gateway';
import { LOG_LEVELS, type Log } from '../log/create-log.ts';
import type { IncidentLog } from './incident-log.ts';
import type { Reshards } from './create-reshards.ts';
import type { PausableSink } from './pausable-sink.ts';
import type { ServiceActions } from './service-view.ts';

export interface ActionParts {
  readonly gateway: GatewayManager;
  readonly sinks: readonly PausableSink[];
  readonly reshards: Reshards;
  readonly incidents: IncidentLog;
  readonly log: Log;
  readonly stop: () => void;
}

/** What operators may do. Each is told as an incident, so that others see who is at work. */
export function createActions({ gateway, sinks, reshards, incidents, log, stop }: ActionParts): ServiceActions {
  const checkShard = (shardId: number): void => {
    if (gateway.shards.has(shardId)) return;
    const ids = [...gateway.shards.keys()];
    throw new RangeError(`shard ${shardId} is not here; this process has ${Math.min(...ids)} to ${Math.max(...ids)}`);
  };
  const sinkOf = (name: string): PausableSink => {
    const found = sinks.find((sink) => sink.name === name);
    if (found !== undefined) return found;
    throw new RangeError(`sink '${name}' is not here; there are ${sinks.map((sink) => sink.name).join(', ')}`);
  };
  const told = (kind: string, text: string, about: { shardId?: number; sink?: string } = {}): void => {
    log.info({ kind, ...about }, text);
    incidents.tell({ level: 'info', kind, text, ...about });
  };
  return {
    reconnect(shardId) {
      checkShard(shardId);
      told('operator', `an operator reconnects shard ${shardId}`, { shardId });
      // How it ends shows in the shard's condition; a rejection is one of the gateway's own, which tells of it.
      gateway.resume(gateway, shardId).catch(() => {});
    },
    async reidentify(shardId) {
      checkShard(shardId);
      told('operator', `an operator gives shard ${shardId} a new session`, { shardId });
      gateway.identify(gateway, shardId, gateway.shards.get(shardId)?.shardCount ?? gateway.maxShards).catch(() => {});
    },
    setLogLevel(level) {
      const known = LOG_LEVELS.find((name) => name === level);
      if (known === undefined)
        throw new RangeError(`log level '${level}' does not exist; there are ${LOG_LEVELS.join(', ')}`);
      log.level = known;
      told('operator', `the log level is ${known} now`);
    },
    get logLevel() {
      return log.level;
    },
    pauseSink(name) {
      sinkOf(name).pause();
      told('operator', `an operator halted ${name}: its events wait`, { sink: name });
    },
    resumeSink(name) {
      sinkOf(name).resume();
      told('operator', `an operator lets ${name} go on`, { sink: name });
    },
    checkReshard: reshards.check,
    reshard: reshards.start,
    cancelReshard: reshards.cancel,
    pausedSinks: () => sinks.filter(({ isPaused }) => isPaused).map(({ name }) => name),
    stop,
  };
}
