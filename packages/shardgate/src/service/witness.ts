import type { Delivery } from '@shardgate/delivery';
import type { GatewayManager } from '@shardgate/gateway';
import type { Log } from '../log/create-log.ts';
import type { IncidentLog, IncidentReport } from './incident-log.ts';

/** Turns what gateway and delivery tell of themselves into incidents and lines of the log. */
export function watchAll(gateway: GatewayManager, delivery: Delivery, incidents: IncidentLog, log: Log): void {
  const tell = (report: IncidentReport): void => {
    incidents.tell(report);
    const { level, kind, text, shardId, sink } = report;
    log[level]({ kind, ...(shardId === undefined ? {} : { shardId }), ...(sink === undefined ? {} : { sink }) }, text);
  };
  watchGateway(gateway, tell, log);
  watchDelivery(delivery, tell);
}

type Tell = (report: IncidentReport) => void;

function watchGateway(gateway: GatewayManager, tell: Tell, log: Log): void {
  const { events } = gateway;
  events.on('shardReady', ({ shardId, how }) => log.info({ shardId }, `shard ${shardId} is ready (${how})`));
  events.on('resumed', ({ shardId, replayed }) => log.info({ shardId, replayed }, `shard ${shardId} resumed`));
  events.on('shardDisconnected', ({ shardId, cause, retryInMs }) =>
    tell({
      level: 'warn',
      kind: 'shardDisconnected',
      text: `shard ${shardId} lost its connection: ${cause}; the next try follows in ${seconds(retryInMs)}`,
      shardId,
    }),
  );
  events.on('shardFatal', ({ shardId, closeCode, remedy }) =>
    tell({
      level: 'error',
      kind: 'shardFatal',
      text: `shard ${shardId} gave up (close code ${closeCode}): ${remedy}`,
      shardId,
    }),
  );
  events.on('gap', ({ shardId, lastSequence, cause }) =>
    tell({
      level: 'error',
      kind: 'gap',
      text: `shard ${shardId}: Discord does not replay what came after sequence ${lastSequence}: ${cause}`,
      shardId,
    }),
  );
  events.on('acknowledgementLate', ({ shardId, sinceMs }) =>
    tell({
      level: 'warn',
      kind: 'acknowledgementLate',
      text: `shard ${shardId}: no heartbeat was acknowledged for ${seconds(sinceMs)}`,
      shardId,
    }),
  );
  watchPauses(gateway, tell);
  events.on('identifyRefused', ({ shardId, reason, retryAfterMs }) =>
    tell({
      level: 'warn',
      kind: 'identifyRefused',
      text: `shard ${shardId} may not identify yet (${reason}); it asks again in ${seconds(retryAfterMs)}`,
      shardId,
    }),
  );
  events.on('protocolError', ({ shardId, code, detail }) =>
    tell({ level: 'warn', kind: 'protocolError', text: `shard ${shardId}: ${detail} (${code})`, shardId }),
  );
  events.on('commandRefused', ({ shardId, op, closeCode }) =>
    tell({
      level: 'error',
      kind: 'commandRefused',
      text: `Discord closed shard ${shardId} with ${closeCode} after a command with op ${op}; it is not sent again`,
      shardId,
    }),
  );
  events.on('hookError', ({ method, shardId, error }) =>
    tell({ level: 'error', kind: 'hookError', text: `${method} failed: ${textOf(error)}`, shardId }),
  );
  events.on('storeError', ({ store, error }) =>
    tell({
      level: 'error',
      kind: 'storeError',
      text: `the store of ${store} failed and is tried again: ${textOf(error)}`,
    }),
  );
  events.on('gatewayBotError', ({ error }) =>
    tell({ level: 'error', kind: 'gatewayBotError', text: `/gateway/bot could not be read: ${textOf(error)}` }),
  );
  events.on('guildsChanged', ({ shardId, left, joined }) =>
    log.info({ shardId }, `shard ${shardId}: left ${left.length} and joined ${joined.length} guilds while away`),
  );
}

/** A flood pauses a shard for moments, many times a second, as it should: only a pause that lasts is worth a word. */
const LONG_PAUSE_MS = 1_000;

function watchPauses(gateway: GatewayManager, tell: Tell): void {
  const { clock, events } = gateway;
  const watched = new Set<number>();
  const look = (shardId: number): void => {
    const shard = gateway.shards.get(shardId);
    if (shard?.pausedSince === undefined) return void watched.delete(shardId);
    const leftMs = shard.pausedSince + LONG_PAUSE_MS - clock.now();
    if (leftMs > 0) return void clock.setTimer(() => look(shardId), leftMs);
    watched.delete(shardId);
    tell({
      level: 'warn',
      kind: 'shardPaused',
      text: `shard ${shardId} has read nothing for ${seconds(LONG_PAUSE_MS)}: ${shard.inFlightEvents} events are not settled`,
      shardId,
    });
  };
  events.on('shardPaused', ({ shardId }) => {
    if (watched.has(shardId)) return;
    watched.add(shardId);
    clock.setTimer(() => look(shardId), LONG_PAUSE_MS);
  });
}

function watchDelivery({ events }: Delivery, tell: Tell): void {
  events.on('gap', ({ shardId, cause, count }) =>
    tell({
      level: 'error',
      kind: 'deliveryGap',
      text: `shard ${shardId}: ${count ?? 'an unknown number of'} events will not reach the consumers (${cause})`,
      shardId,
    }),
  );
  events.on('deadLetter', ({ sink, record, reason, attempts }) =>
    tell({
      level: 'error',
      kind: 'deadLetter',
      text: `${sink} refused an event after ${attempts} tries: ${reason}; it is in the dead-letter file`,
      shardId: record.shardId,
      sink,
    }),
  );
  events.on('sinkReady', ({ sink, ready }) =>
    tell({
      level: 'info',
      kind: 'sinkReady',
      text: ready ? `${sink} takes events` : `${sink} takes no events now`,
      sink,
    }),
  );
  events.on('sinkFailed', ({ sink, error, retryInMs }) =>
    tell({
      level: 'error',
      kind: 'sinkFailed',
      text: `${sink} could not be opened: ${textOf(error)}; it is tried again in ${seconds(retryInMs)}`,
      sink,
    }),
  );
  events.on('laneFailed', ({ sink, shardId, error, failures, retryInMs }) => {
    // The first few say all; after that it is told as often as the back-off doubles.
    if (failures > 3 && (failures & (failures - 1)) !== 0) return;
    tell({
      level: 'warn',
      kind: 'laneFailed',
      text: `${sink} did not take events of shard ${shardId} (try ${failures}): ${textOf(error)}; the next follows in ${seconds(retryInMs)}`,
      shardId,
      sink,
    });
  });
  events.on('note', ({ sink, level, message }) => tell({ level, kind: 'note', text: `${sink}: ${message}`, sink }));
  events.on('overflow', ({ full }) =>
    tell({
      level: full ? 'error' : 'info',
      kind: 'overflow',
      text: full ? 'the journal is full: the shards read no further until there is room' : 'the journal has room again',
    }),
  );
  events.on('journalDamage', ({ detail }) =>
    tell({ level: 'error', kind: 'journalDamage', text: `journal: ${detail}` }),
  );
  events.on('error', ({ where, error }) =>
    tell({ level: 'error', kind: 'deliveryError', text: `${where} failed: ${textOf(error)}` }),
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
