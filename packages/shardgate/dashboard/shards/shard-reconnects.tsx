import type { ShardReconnect } from '../../src/service/service-view.ts';
import { count, duration, moment } from '../format.ts';

/** The connections that a shard lost, newest first. */
export function ShardReconnects({ reconnects }: { readonly reconnects: readonly ShardReconnect[] }) {
  return (
    <>
      <h3>Reconnects</h3>
      {reconnects.length === 0 ? (
        <p class="empty">None since the process started.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Reconnects">
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Cause</th>
                <th scope="col">Came back</th>
              </tr>
            </thead>
            <tbody>
              {reconnects.map((reconnect) => (
                <tr key={reconnect.at}>
                  <td class="nowrap">
                    <time dateTime={new Date(reconnect.at).toISOString()}>{moment(reconnect.at)}</time>
                  </td>
                  <td>{reconnect.cause}</td>
                  <td>{outcome(reconnect)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function outcome({ how, tookMs }: ShardReconnect): string {
  if (how === null) return 'not yet';
  if (tookMs === null) return how;
  return `${how} after ${tookMs < 1000 ? `${count(tookMs)} ms` : duration(tookMs)}`;
}
