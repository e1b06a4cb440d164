import { systemClock, systemRandom, type GatewayManager } from '@shardgate/gateway';
import type { RestManager } from '@shardgate/rest';
import type { Configuration } from '../configuration/configuration.ts';
import { createStatusMessages } from '../status-messages/create-status-messages.ts';
import type { StatusEvent } from '../status-messages/status-event.ts';
import type { StatusMessages, StatusTarget } from '../status-messages/status-messages.ts';
import type { IncidentLog } from './incident-log.ts';

/** Incidents that no other status message tells of. */
const TOLD_AS_INCIDENTS = new Set(['overflow', 'sinkFailed', 'deadLetter', 'deliveryGap', 'storeError']);

/** What twilight-dispatch tells, and no more. */
const TWILIGHT_KINDS: readonly StatusEvent['kind'][] = [
  'connected',
  'ready',
  'resumed',
  'disconnected',
  'guildJoin',
  'guildLeave',
];

/** Status messages as the configuration asks for them; undefined where it asks for none. Puts itself before the gateway's handler to see guilds come and go. */
export function attachStatusMessages(
  { statusMessages, profile }: Configuration,
  gateway: GatewayManager,
  rest: RestManager,
  incidents: IncidentLog,
): StatusMessages | undefined {
  const { webhookUrl, channelId, guilds, intervalMs } = statusMessages;
  const target = targetOf(webhookUrl, channelId, rest);
  const guildTarget = targetOf(null, guilds, rest);
  if (target === undefined && guildTarget === undefined) return undefined;
  const messages = createStatusMessages({
    target,
    guildTarget,
    intervalMs,
    ...(profile === 'twilight-dispatch' ? { kinds: TWILIGHT_KINDS } : {}),
    onProblem: (text) => incidents.tell({ level: 'error', kind: 'statusMessages', text }),
    clock: systemClock,
    random: systemRandom,
  });
  messages.attach(gateway);
  incidents.listen(({ kind, text }) => {
    if (TOLD_AS_INCIDENTS.has(kind)) messages.tell({ kind: 'incident', text });
  });
  if (guildTarget !== undefined) {
    const { handleDiscordPayload } = gateway;
    gateway.handleDiscordPayload = (manager, payload, shardId) => {
      messages.tellDispatch(payload);
      return handleDiscordPayload(manager, payload, shardId);
    };
  }
  return messages;
}

function targetOf(webhookUrl: string | null, channelId: string | null, rest: RestManager): StatusTarget | undefined {
  if (webhookUrl !== null) return { webhookUrl };
  return channelId === null ? undefined : { channelId, rest };
}
