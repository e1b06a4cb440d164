import { useState } from 'preact/hooks';
import { pauseSink, resumeSink } from '../live/api.ts';
import { useLive } from '../live/store.ts';
import { compact, count } from '../format.ts';
import { useConfirm } from '../view/actions.tsx';
import { sinkSummaries, type SinkSummary, worstLanes } from './sink-summary.ts';

const LANES_SHOWN = 20;
const COLUMNS = 7;

/** Where the events go: one row a sink, its lanes on demand. */
export function Sinks() {
  const delivery = useLive((state) => state.snapshot?.delivery);
  const paused = useLive((state) => state.snapshot?.pausedSinks) ?? [];
  const sinks = delivery ? sinkSummaries(delivery, paused) : [];
  return (
    <section class="panel" aria-labelledby="sinks-title">
      <header class="panel-head">
        <h2 id="sinks-title">Lanes by sink</h2>
      </header>
      {delivery && sinks.length === 0 ? (
        <p class="empty">No sink is configured: events go to this process only.</p>
      ) : null}
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="sinks-title">
        <table class="sinks">
          <thead>
            <tr>
              <th scope="col">Sink</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Lag
              </th>
              <th scope="col" class="number">
                In flight
              </th>
              <th scope="col" class="number">
                Retries
              </th>
              <th scope="col" class="number">
                Delivered
              </th>
              <td />
            </tr>
          </thead>
          {sinks.map((sink) => (
            <SinkRows key={sink.name} sink={sink} />
          ))}
        </table>
      </div>
    </section>
  );
}

function SinkRows({ sink }: { readonly sink: SinkSummary }) {
  const [open, toggle] = useState(false);
  return (
    <tbody>
      <tr>
        <th scope="row">
          <button type="button" class="disclosure" aria-expanded={open} onClick={() => toggle(!open)}>
            {sink.name}
          </button>
          {sink.required ? null : <span class="unit"> optional</span>}
        </th>
        <td>
          <span class="badge" data-state={sink.state}>
            {sink.state}
          </span>
        </td>
        <td class="number">{count(sink.lag)}</td>
        <td class="number">{count(sink.inFlight)}</td>
        <td class="number">{count(sink.retries)}</td>
        <td class="number">{compact(sink.delivered)}</td>
        <td class="number">
          <PauseButton sink={sink} />
        </td>
      </tr>
      {open ? <Lanes sink={sink} /> : null}
    </tbody>
  );
}

function Lanes({ sink }: { readonly sink: SinkSummary }) {
  const worst = worstLanes(sink.lanes, LANES_SHOWN);
  return (
    <>
      {worst.map((lane) => (
        <tr key={`${lane.shardId}/${lane.shardCount}`} class="lane">
          <th scope="row">
            Shard {lane.shardId}
            <span class="unit"> of {lane.shardCount}</span>
          </th>
          <td>{lane.state}</td>
          <td class="number">{count(lane.lag)}</td>
          <td class="number">{count(lane.inFlightEvents)}</td>
          <td class="number">{count(lane.failed)}</td>
          <td class="number">{compact(lane.delivered)}</td>
          <td />
        </tr>
      ))}
      <tr class="lane">
        <td colSpan={COLUMNS} class="unit">
          {worst.length < sink.lanes.length
            ? `The ${LANES_SHOWN} lanes that wait most, of ${count(sink.lanes.length)}. `
            : ''}
          {count(sink.deadLettered)} dead-lettered, {count(sink.gaps)} gaps.
        </td>
      </tr>
    </>
  );
}

function PauseButton({ sink: { name, state } }: { readonly sink: SinkSummary }) {
  const confirm = useConfirm();
  const resume = state === 'paused';
  return (
    <button
      type="button"
      class="button quiet"
      aria-label={resume ? `Resume ${name}` : `Pause ${name}`}
      onClick={() =>
        confirm(
          resume
            ? {
                title: `Resume ${name}?`,
                text: 'What has waited is sent to it, in order, as fast as it takes it.',
                verb: 'Resume',
                done: `${name} is resumed.`,
                act: () => resumeSink(name),
              }
            : {
                title: `Pause ${name}?`,
                text: 'It gets no batches until it is resumed. Its events wait in the journal, which can fill up.',
                verb: 'Pause',
                danger: true,
                done: `${name} is paused.`,
                act: () => pauseSink(name),
              },
        )
      }
    >
      {resume ? 'Resume…' : 'Pause…'}
    </button>
  );
}
