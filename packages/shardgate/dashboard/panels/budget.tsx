import { count, duration, moment } from '../format.ts';
import { useLive } from '../live/store.ts';
import { FigureList } from './figure-list.tsx';

/** How many sessions may still be begun before Discord counts anew. */
export function Budget() {
  const budget = useLive((state) => state.snapshot?.budget);
  const left = budget?.remaining ?? 0;
  const total = budget?.total ?? 1;
  const reserve = budget?.reserve ?? 0;
  const now = Date.now();
  const state = budget?.tokenRejected ? 'token refused' : left <= reserve ? 'at the reserve' : 'ok';
  return (
    <section class="panel" aria-labelledby="budget-title">
      <header class="panel-head">
        <h2 id="budget-title">Identify budget</h2>
        {budget ? (
          <span class="badge" data-state={state}>
            {state}
          </span>
        ) : null}
      </header>
      <p class="big figure">
        {budget ? count(left) : '–'}
        <span class="unit"> of {budget ? count(total) : '–'} left</span>
      </p>
      <div
        class="meter"
        role="meter"
        aria-labelledby="budget-title"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={left}
        aria-valuetext={`${count(left)} of ${count(total)} left, ${count(reserve)} are kept in reserve`}
        data-low={left <= reserve}
        style={{ '--share': String(left / total), '--reserve': String(reserve / total) }}
      />
      <FigureList
        rows={[
          ['Resets', resetText(budget?.resetsAt, now)],
          ['In reserve', budget ? count(reserve) : '–'],
          ['Spent in 24 h', budget ? count(budget.spentLast24h) : '–'],
          ['Breaker', breakerText(budget?.breakerOpenUntil, now)],
        ]}
      />
    </section>
  );
}

function resetText(resetsAt: number | null | undefined, now: number) {
  if (resetsAt === undefined) return '–';
  if (resetsAt === null) return 'not known yet';
  return <span title={moment(resetsAt, now)}>in {duration(resetsAt - now)}</span>;
}

function breakerText(openUntil: number | null | undefined, now: number): string {
  if (openUntil === undefined) return '–';
  return openUntil === null || openUntil <= now ? 'closed' : `refuses for ${duration(openUntil - now)}`;
}
