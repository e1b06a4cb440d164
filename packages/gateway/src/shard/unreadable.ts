import type { WireError } from '@shardgate/wire';
import type { GatewayManager } from '../gateway-manager.ts';
import { report } from '../report.ts';
import { applyInput } from './apply.ts';
import { abandonFlights } from './in-flight.ts';
import { SequenceTracker } from './sequence.ts';
import type { Shard } from './shard.ts';

/** A message that cannot be read: the connection is no longer to be trusted, the session is. */
export function unreadableMessage(gateway: GatewayManager, shard: Shard, error: WireError): void {
  shard.counts.protocolErrors++;
  report(gateway, 'protocolError', { shardId: shard.id, code: error.code, detail: error.message });
  applyInput(gateway, shard, { type: 'badFrame', reason: `unreadable message (${error.code})` });
}

/**
 * The data of a dispatch turned out to be damaged when somebody read it. The session is taken up again where everything is settled, so that Discord sends the event
 * once more; those behind it may come twice.
 */
export function unreadableEvent(
  gateway: GatewayManager,
  shard: Shard,
  tracker: SequenceTracker,
  error: WireError,
): void {
  // Of an older session: there is nothing to take up.
  if (shard.tracker !== tracker) return;
  abandonFlights(gateway, shard);
  if (shard.remote !== undefined) return shard.remote.takeUpAgain(error);
  shard.tracker = new SequenceTracker(tracker.settled);
  unreadableMessage(gateway, shard, error);
}
