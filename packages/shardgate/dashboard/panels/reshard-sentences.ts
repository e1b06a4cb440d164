import type { ReshardCheck, RunningReshard } from '../../src/service/reshard-view.ts';
import { count, duration, plural } from '../format.ts';

/** What happens in each phase. */
export const PHASE_TEXT: Readonly<Record<RunningReshard['phase'], string>> = {
  preparing: 'the new ones connect',
  aligning: 'both streams are held against each other',
  cutting: 'the cut',
  closing: 'the old ones are being closed',
};

/** What a reshard costs, and how long it takes. */
export function costSentence({ identifies, remaining, reserve, affordable, etaMs, reason }: ReshardCheck): string {
  const budget = `This spends ${plural(identifies, 'identify', 'identifies')} of the ${count(remaining)} that are left`;
  const kept = `, ${count(reserve)} of which are kept in reserve`;
  const end = affordable
    ? `The new shards need about ${duration(etaMs)} to connect; no event is lost, and until they take over it can be given up.`
    : 'They are not enough: it will be refused.';
  return `${budget}${kept}. ${end} (${reason}.)`;
}
