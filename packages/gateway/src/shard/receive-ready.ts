import type { Payload } from '@shardgate/wire';
import { ifWanted } from '../filters/filter-dispatch.ts';
import { guildHeardOf } from '../filters/guilds-loaded.ts';
import type { GatewayManager } from '../gateway-manager.ts';
import { hookFailed, report } from '../report.ts';
import { saveCheckpoints } from '../session-store/checkpoint.ts';
import { applyInput } from './apply.ts';
import { trustedResumeUrl } from './gateway-address.ts';
import { handOver, holdBack } from './hand-over.ts';
import { abandonFlights } from './in-flight.ts';
import { SequenceTracker } from './sequence.ts';
import type { Shard } from './shard.ts';

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** READY: the session begins, and with it its sequence. https://docs.discord.com/developers/events/gateway-events#ready */
export function receiveReady(gateway: GatewayManager, shard: Shard, payload: Payload): void {
  const { d } = payload;
  const listed = member(d, 'guilds');
  const guildIds = Array.isArray(listed)
    ? listed.map((guild) => text(member(guild, 'id'))).filter((id) => id !== undefined)
    : [];
  const resumeUrl = trustedResumeUrl(gateway, member(d, 'resume_gateway_url'));
  if (resumeUrl === null) {
    report(gateway, 'protocolError', {
      shardId: shard.id,
      code: 'badResumeUrl',
      detail: 'READY names no resume_gateway_url that may be trusted; the main URL is used',
    });
  }

  abandonFlights(gateway, shard);
  shard.tracker = new SequenceTracker(0);
  shard.covered = undefined;
  if (payload.s !== null) shard.tracker.receive(payload.s);
  shard.userId = text(member(member(d, 'user'), 'id')) ?? null;
  shard.applicationId = text(member(member(d, 'application'), 'id')) ?? null;
  const { left, joined } = shard.guilds.ready(guildIds, payload.s ?? 0);
  shard.guildsAnnounced = false;
  shard.counts.received++;

  // The phase changes before anyone hears of READY: what the handler does in reply must find a ready shard.
  applyInput(gateway, shard, { type: 'ready', sessionId: text(member(d, 'session_id')), resumeUrl });
  guildHeardOf(gateway, shard);
  if (left.length + joined.length > 0) report(gateway, 'guildsChanged', { shardId: shard.id, left, joined });
  if (gateway.runtime.crossing?.takes(shard, payload) === true) {
    // The bot has heard of its guilds from the old shards.
  } else if (ifWanted(gateway, payload) === undefined) holdBack(shard, payload.s);
  else handOver(gateway, shard, payload);
  // A session is worth most when it is new: each identify is counted.
  saveCheckpoints(gateway).catch((error: unknown) => hookFailed(gateway, 'sessionStore', shard.id, error));
}
