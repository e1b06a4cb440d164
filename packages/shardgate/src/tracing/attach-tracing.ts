import type { GatewayManager } from '@shardgate/gateway';
import type { Tracer } from '@opentelemetry/api';
import { watchConnections } from './connection-spans.ts';
import { watchReshards } from './reshard-spans.ts';
import { createSpanStarter } from './span-starter.ts';

/**
 * Traces a gateway with OpenTelemetry: a span for each connection of a shard, from the socket to its loss, and one for each reshard. Nothing is done per event. A tracer
 * that throws is ignored.
 *
 * - `shardgate.connect`: from the first try to READY or RESUMED, with the steps as events; failed tries end it with an error.
 * - `shardgate.session`: as long as the shard is ready.
 * - `shardgate.reshard`: from the first step to the last, with the phases as events.
 *
 * @param tracer `trace.getTracer('shardgate')` of `@opentelemetry/api`
 * @see https://opentelemetry.io/docs/languages/js/instrumentation/
 *
 * @example
 * attachTracing(gateway, trace.getTracer('shardgate'));
 */
export function attachTracing(gateway: GatewayManager, tracer: Pick<Tracer, 'startSpan'>): void {
  const spans = createSpanStarter(tracer);
  watchConnections(gateway, spans);
  watchReshards(gateway, spans);
}
