import { compact, count, duration, plural, rate } from '../format.ts';
import type { LiveState, Snapshot } from '../live/state.ts';

/** Whether it is well, in one sentence. */
export interface Headline {
  readonly tone: 'good' | 'busy' | 'bad' | 'unknown';
  /** Changes only when the state does: fit to be read aloud. */
  readonly state: string;
  /** Figures, which change each second. */
  readonly figures: readonly string[];
}

export function headlineOf({ link, snapshot }: LiveState): Headline {
  if (!snapshot) {
    const state = link.kind === 'lost' ? `No answer: ${link.why}` : 'Asking the service…';
    return { tone: link.kind === 'lost' ? 'bad' : 'unknown', state, figures: [] };
  }
  if (link.kind === 'lost') {
    return { tone: 'bad', state: `No news from the service: ${link.why}`, figures: ['what is shown is old'] };
  }
  const { overview, delivery } = snapshot;
  const lag = delivery.lanes.reduce((sum, lane) => sum + lane.lag, 0);
  const flow = [
    `${rate(overview.eventsPerSecond)} events/s`,
    lag === 0
      ? 'nothing waits'
      : `${lag < 100_000 ? count(lag) : compact(lag)} ${lag === 1 ? 'event waits' : 'events wait'}`,
  ];
  const trouble = troubleOf(snapshot);
  if (trouble) return { tone: 'bad', state: trouble, figures: [readyOf(snapshot), ...flow] };
  const way = onTheWayOf(snapshot);
  if (way) return { tone: 'busy', state: readyOf(snapshot), figures: [...way, ...flow] };
  return { tone: 'good', state: readyOf(snapshot), figures: flow };
}

function readyOf({ overview: { shards, shardsHere } }: Snapshot): string {
  if (shardsHere === 0) return 'No shard is held here';
  if (shards.ready < shardsHere) return `${count(shards.ready)} of ${plural(shardsHere, 'shard')} ready`;
  return shardsHere === 1 ? 'The shard is ready' : `All ${count(shardsHere)} shards are ready`;
}

/** What somebody has to see to. */
function troubleOf({ overview, budget, delivery, pausedSinks }: Snapshot): string | undefined {
  const { failed, paused } = overview.shards;
  if (budget.tokenRejected) return 'Discord refuses the bot’s token';
  if (failed > 0) return `${plural(failed, 'shard has', 'shards have')} failed and will not try again`;
  if (delivery.journal && delivery.journal.health !== 'ok') {
    return delivery.journal.health === 'full' ? 'The journal is full' : 'The disk refuses the journal’s writes';
  }
  const away = delivery.sinks.find(({ name, required, ready }) => required && !ready && !pausedSinks.includes(name));
  if (away) return `The sink ${away.name} takes no events`;
  if (paused > 0) return `${plural(paused, 'shard waits', 'shards wait')} for slow consumers`;
  return undefined;
}

function onTheWayOf({ overview, pausedSinks }: Snapshot): string[] | undefined {
  const { reconnecting, stopped, connecting, waiting } = overview.shards;
  const way: string[] = [];
  if (reconnecting > 0) way.push(`${count(reconnecting)} reconnecting`);
  if (stopped > 0) way.push(`${count(stopped)} stopped`);
  if (connecting + waiting > 0) {
    way.push(
      overview.etaMs > 0 ? `all in about ${duration(overview.etaMs)}` : `${count(connecting + waiting)} on the way`,
    );
  }
  if (pausedSinks.length > 0) way.push(`${pausedSinks.join(', ')} paused`);
  return way.length > 0 ? way : undefined;
}
