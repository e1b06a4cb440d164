import { spread } from '../runner/statistics.ts';
import {
  MEMBER_CACHES,
  type MembersResult,
  type SnapshotResult,
  type SnapshotRun,
  type StateCostResult,
  type StateResult,
} from '../state/state-result.ts';
import { added, CACHES, later, STORES } from './state-targets.ts';
import { shown, table } from './tables.ts';

const MEGABYTE = 1_000_000;

function costTable(cost: StateCostResult): string {
  const rows = (Object.keys(STORES) as (keyof StateCostResult)[]).map((store) => [
    STORES[store],
    shown(spread(cost[store])),
    store === 'none' ? '' : shown(added(cost, store)),
  ]);
  return table(['state', 'CPU µs/event', 'more than without'], rows);
}

function membersTable({ caches }: MembersResult): string {
  const rows = MEMBER_CACHES.map((name) => {
    const { rssPerMember, heapPerMember } = caches[name];
    return [CACHES[name], rssPerMember.toFixed(0), heapPerMember.toFixed(0)];
  });
  return table(['cache', 'bytes of RSS for each member', 'of heap'], rows);
}

function snapshotTable(snapshot: SnapshotResult): string {
  const of = (figure: (run: SnapshotRun) => number): string => shown(spread(snapshot.runs.map(figure)));
  return table(
    ['', 'without', 'meanwhile', 'more'],
    [
      ['seconds for the whole', '', of(({ seconds }) => seconds), ''],
      ['CPU seconds of the gateway', '', of(({ cpuSeconds }) => cpuSeconds), ''],
      [
        'events late by, ms: p99',
        of(({ quiet }) => quiet.p99Ms),
        of(({ busy }) => busy.p99Ms),
        shown(later(snapshot, 'p99Ms')),
      ],
      ['most', of(({ quiet }) => quiet.maxMs), of(({ busy }) => busy.maxMs), shown(later(snapshot, 'maxMs'))],
    ],
  );
}

export function stateTables({ cost, members, snapshot, notes }: StateResult): string {
  return [costTable(cost), membersTable(members), snapshotTable(snapshot), ...notes].join('\n\n');
}

/** The part of the page. */
export function stateSection({ cost, members, snapshot, notes }: StateResult): string {
  const { textPerMember } = members.caches.shardgate;
  const { guilds, objects, bytes, eventsPerSecond } = snapshot;
  return `## State

**CPU.** The typical mix from the bytes of a message to a handler that looks at nothing, in the kinds that are kept by default, with \`old\`. 40 events come in one turn of the event loop, as
when many shards have something to say, and the next 40 when these are handled. CPU time is that of the gateway’s process, all threads; servers are private ones on the same machine, and their own CPU is not in it.

${costTable(cost)}${notes.map((note) => `\n\nNot measured: ${note}.`).join('')}

**Memory.** ${members.members.toLocaleString('en-US')} members of ${textPerMember.toFixed(0)} bytes of JSON each, every one a user of their own, in guilds of 10,000; a process for each cache, which has 20,000 members already, garbage collected before and
after. discord.js: its own caches with their defaults, fed through its packet handlers by a client that never connects. Discordeno: in memory, all properties that these members have and it knows, fed
through its transformers, since it keeps nothing of a GUILD_MEMBERS_CHUNK. Both keep a member’s user beside the member, ours inside.

${membersTable(members)}

**A snapshot** of ${guilds.toLocaleString('en-US')} guilds with ${objects.toLocaleString('en-US')} objects (${(bytes / MEGABYTE).toFixed(0)} MB) from the memory store, fetched by another process over HTTP
(\`GET /snapshot\`), while a third sends ${eventsPerSecond.toLocaleString('en-US')} events/s to the first. How late an event is, is the time from its sending to the handler.

${snapshotTable(snapshot)}`;
}
