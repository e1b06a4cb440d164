import type { GatewayManager } from '@shardgate/gateway';
import type { OpenSpan, SpanStarter } from './span-starter.ts';

/** Has a span for each reshard. */
export function watchReshards({ events }: GatewayManager, spans: SpanStarter): void {
  let current: { readonly span: OpenSpan; phase: string } | undefined;
  events.on('reshardProgress', ({ phase, from, to }) => {
    if (current === undefined) {
      const span = spans.start('shardgate.reshard', { 'shardgate.from': from, 'shardgate.to': to });
      current = span && { span, phase: '' };
    }
    if (current === undefined || current.phase === phase) return;
    current.phase = phase;
    current.span.note(phase);
  });
  events.on('resharded', () => current?.span.note('resharded'));
  events.on('reshardClosed', () => {
    current?.span.end();
    current = undefined;
  });
  events.on('reshardRolledBack', ({ reason }) => {
    current?.span.end({}, reason);
    current = undefined;
  });
}
