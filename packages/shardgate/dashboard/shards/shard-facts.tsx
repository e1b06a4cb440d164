import type { ComponentChildren } from 'preact';
import type { ShardDetail } from '../../src/service/service-view.ts';
import { count, duration, milliseconds, plural, rate } from '../format.ts';

/** What is known of a shard, as terms and values. */
export function ShardFacts({ shard }: { readonly shard: ShardDetail }) {
  const { counts } = shard;
  return (
    <dl class="facts">
      <Fact term="Latency">{milliseconds(shard.latencyMs)}</Fact>
      <Fact term="Events">
        {rate(shard.eventsPerSecond)}/s, {count(shard.events)} in all
      </Fact>
      <Fact term="Guilds">
        {count(shard.guilds)}
        {shard.unavailableGuilds > 0 ? `, ${count(shard.unavailableGuilds)} unavailable` : ''}
      </Fact>
      <Fact term="Not settled">{plural(shard.pending, 'event')}</Fact>
      <Fact term="Session">{shard.sessionId === null ? 'none' : <code>{shard.sessionId}</code>}</Fact>
      <Fact term="Session age">{sessionAge(shard)}</Fact>
      <Fact term="Sequence">{shard.sequence === null ? '–' : count(shard.sequence)}</Fact>
      <Fact term="Heartbeat">every {duration(shard.heartbeatIntervalMs)}</Fact>
      <Fact term="Connections">
        {plural(counts.identifies, 'identify', 'identifies')}, {plural(counts.resumes, 'resume')},{' '}
        {plural(counts.reconnects, 'reconnect')}
      </Fact>
      <Fact term="Left out">
        {plural(counts.duplicates, 'duplicate')}, {count(counts.filtered)} filtered
      </Fact>
      <Fact term="Errors">
        {count(counts.protocolErrors)} of the protocol, {count(counts.hookErrors)} of own code
      </Fact>
    </dl>
  );
}

function sessionAge({ sessionId, sessionSince }: ShardDetail): string {
  if (sessionId === null) return '–';
  return sessionSince === null ? 'begun before this process' : duration(Date.now() - sessionSince);
}

function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
