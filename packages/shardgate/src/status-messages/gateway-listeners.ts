import type { DispatchPayload, GatewayEvents, GatewayManager } from '@shardgate/gateway';
import type { StatusEvent } from './status-event.ts';

type Tell = (event: StatusEvent) => void;
type GuildName = (guildId: string) => string | undefined;

/** Turns a gateway's life-cycle events into status events. Returns what ends it. */
export function listenTo(gateway: GatewayManager, tell: Tell, guildName: GuildName): () => void {
  const { events } = gateway;
  const removers: (() => void)[] = [];
  const on = <Name extends keyof GatewayEvents>(name: Name, listener: GatewayEvents[Name]): void => {
    // The emitter's types do not follow a name that stays open until the call.
    const added = listener as never;
    events.on(name, added);
    removers.push(() => events.off(name, added));
  };
  on('shardReady', ({ shardId, how }) => {
    tell({ kind: 'connected', shardId });
    // RESUMED has an event of its own.
    if (how === 'identified') tell({ kind: 'ready', shardId });
  });
  on('resumed', ({ shardId }) => tell({ kind: 'resumed', shardId }));
  on('shardDisconnected', ({ shardId, cause }) => tell({ kind: 'disconnected', shardId, cause }));
  on('shardFatal', ({ shardId, code, closeCode, remedy }) =>
    tell({ kind: 'failed', shardId, cause: `${code} (close code ${closeCode}): ${remedy}` }),
  );
  on('shardStopped', ({ shardId }) => tell({ kind: 'stopped', shardId }));
  on('gap', ({ shardId, lastSequence, nextSequence, cause }) => {
    const lost = nextSequence === undefined ? 'unknown number' : `${nextSequence - lastSequence - 1}`;
    tell({ kind: 'gap', shardId, cause: `${cause} (events: ${lost})` });
  });
  on('resharded', ({ from, to }) => tell({ kind: 'resharded', text: `${from.shardCount} → ${to.shardCount} shards` }));
  on('reshardRolledBack', ({ from, to, reason }) =>
    tell({ kind: 'reshardRolledBack', text: `${from} → ${to} shards: ${reason}` }),
  );
  on('guildsChanged', ({ left, joined }) => {
    for (const guildId of left) tell({ kind: 'guildLeave', guildId, name: guildName(guildId) });
    for (const guildId of joined) tell({ kind: 'guildJoin', guildId, name: guildName(guildId) });
  });
  return () => {
    for (const remove of removers) remove();
  };
}

/** What a dispatch says of the bot joining or leaving a guild; undefined for every other. */
export function guildEventOf(payload: DispatchPayload, guildName: GuildName): StatusEvent | undefined {
  if (payload.guildEvent !== 'join' && payload.guildEvent !== 'leave') return undefined;
  // The guild filter has parsed `d` already.
  const { d } = payload;
  if (typeof d !== 'object' || d === null || !('id' in d) || typeof d.id !== 'string') return undefined;
  const { id: guildId } = d;
  const told = 'name' in d && typeof d.name === 'string' ? d.name : undefined;
  const kind = payload.guildEvent === 'join' ? 'guildJoin' : 'guildLeave';
  return { kind, guildId, name: told ?? guildName(guildId) };
}
