import type { GatewayManager } from '@shardgate/gateway';
import type { OpenSpan, SpanStarter } from './span-starter.ts';

/** Has a span for each attempt to connect and for each time a shard is ready. */
export function watchConnections(gateway: GatewayManager, spans: SpanStarter): void {
  const connecting = new Map<number, OpenSpan>();
  const ready = new Map<number, OpenSpan>();
  const { events } = gateway;
  const of = (shardId: number): Record<string, number> => ({
    'shardgate.shard': shardId,
    'shardgate.shards': gateway.shards.get(shardId)?.shardCount ?? gateway.maxShards,
  });

  const over = (shardId: number, failure?: string): void => {
    for (const open of [connecting, ready]) {
      open.get(shardId)?.end({}, failure);
      open.delete(shardId);
    }
  };

  events.on('shardConnecting', ({ shardId, target }) => {
    over(shardId);
    const span = spans.start('shardgate.connect', { ...of(shardId), 'shardgate.target': target });
    if (span !== undefined) connecting.set(shardId, span);
  });
  events.on('shardHello', ({ shardId }) => connecting.get(shardId)?.note('hello'));
  events.on('shardIdentifying', ({ shardId }) => connecting.get(shardId)?.note('identify'));
  events.on('shardResuming', ({ shardId, sequence }) =>
    connecting.get(shardId)?.note('resume', { 'shardgate.sequence': sequence }),
  );
  events.on('shardReady', ({ shardId, how }) => {
    connecting.get(shardId)?.end({ 'shardgate.how': how });
    connecting.delete(shardId);
    const span = spans.start('shardgate.session', { ...of(shardId), 'shardgate.how': how });
    if (span !== undefined) ready.set(shardId, span);
  });
  events.on('resumed', ({ shardId, replayed }) =>
    ready.get(shardId)?.note('resumed', { 'shardgate.replayed': replayed }),
  );
  events.on('guildsLoaded', ({ shardId, available, unavailable }) =>
    ready
      .get(shardId)
      ?.note('guildsLoaded', { 'shardgate.guilds': available, 'shardgate.guilds.unavailable': unavailable }),
  );
  events.on('gap', ({ shardId, cause }) => ready.get(shardId)?.note('gap', { 'shardgate.cause': cause }));
  events.on('shardDisconnected', ({ shardId, cause }) => over(shardId, cause));
  events.on('shardFatal', ({ shardId, code }) => over(shardId, code));
  events.on('shardStopped', ({ shardId }) => over(shardId));
}
