import type { ReshardCheck, ReshardOutcome, ReshardView, RunningReshard } from '../service/reshard-view.ts';

const WIDTH = 30;

/** The answer of `--check`: whether one is called for, and what it would cost. */
export function checkText(check: ReshardCheck, configured: ReshardView['configured']): string {
  return [
    `${check.needed ? 'a reshard is called for' : 'no reshard is called for'}: ${check.reason}`,
    ...(configured === null ? [] : [keptText(check.shards, configured)]),
    costText(check),
  ].join('\n');
}

/** What it would cost to go there. */
export function costText({
  shards,
  maxShards,
  identifies,
  remaining,
  reserve,
  affordable,
  etaMs,
}: ReshardCheck): string {
  if (maxShards === shards) return `there is nothing to do: the bot has ${shards} shards, as many as are wanted`;
  const budget = `${identifies} of ${remaining} identifies, of which ${reserve} are never spent`;
  return (
    `from ${shards} to ${maxShards} shards: costs ${budget}${affordable ? '' : ' – TOO FEW'}; ` +
    `the new shards need ${clockText(etaMs)} to connect, or a little more`
  );
}

/** Why the shard count is another than the configuration's. */
export function keptText(shards: number, configured: number | 'auto'): string {
  return `${shards} shards since a reshard; shards.total is ${configured}, and stays without effect until it is changed`;
}

/** One line of a reshard under way. */
export function progressText({ phase, from, to, ready, total, etaMs, heldEvents }: RunningReshard): string {
  const share = total === 0 ? 0 : ready / total;
  const filled = Math.floor(share * WIDTH);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
  const rest = {
    preparing: `${ready}/${total} new shards ready, the last in ${clockText(etaMs)}`,
    aligning: `${ready}/${total} new shards ready, streams are aligned, ${heldEvents.toLocaleString('en')} events held`,
    cutting: 'the cut: nothing is handed over for a moment',
    closing: `${to} shards have taken over, the old ones are being closed`,
  }[phase];
  return `${bar} ${from} → ${to} ${phase}: ${rest}`;
}

/** How it ended. */
export function outcomeText({ result, from, to, reason, tookMs }: ReshardOutcome): string {
  const took = tookMs === null ? '' : ` after ${clockText(tookMs)}`;
  if (result === 'done') return `done${took}: ${reason}`;
  return `${result === 'refused' ? 'not begun' : `given up${took}`}, the bot keeps its ${from} shards instead of ${to}: ${reason}`;
}

function clockText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
