/**
 * Numbers that Discord sets. Each with its source; documentation as of 2026-08.
 */

/** In practice always this. Seen on the wire; the documentation's example is 45,000. */
export const HEARTBEAT_INTERVAL_MS = 41_250;

/** Sends per connection, heartbeats included. https://docs.discord.com/developers/events/gateway#rate-limiting */
export const SEND_LIMIT = 120;
export const SEND_WINDOW_MS = 60_000;

/** Largest client payload, UTF-8 bytes. https://docs.discord.com/developers/events/gateway#sending-events */
export const MAX_CLIENT_PAYLOAD_BYTES = 4_096;

/** Presence updates per connection. https://docs.discord.com/developers/events/gateway-events#update-presence */
export const PRESENCE_LIMIT = 5;
export const PRESENCE_WINDOW_MS = 20_000;

/** One identify for each `shard_id % max_concurrency`. https://docs.discord.com/developers/events/gateway#rate-limiting */
export const IDENTIFY_BUCKET_MS = 5_000;

/** Identifies a day. https://docs.discord.com/developers/events/gateway#session-start-limit-object */
export const IDENTIFY_TOTAL = 1_000;
export const IDENTIFY_WINDOW_MS = 86_400_000;

/** Guilds per session. https://docs.discord.com/developers/events/gateway#sharding */
export const MAX_GUILDS_PER_SESSION = 2_500;

/** All members of a guild may be asked for once in this time. https://docs.discord.com/developers/events/gateway-events#request-guild-members */
export const MEMBER_REQUEST_WINDOW_MS = 30_000;

/** Members in one GUILD_MEMBERS_CHUNK, ids in one request, bytes of a nonce; same page. */
export const MEMBERS_PER_CHUNK = 1_000;
export const MEMBER_IDS_PER_REQUEST = 100;
export const NONCE_BYTES = 32;

/** Smallest and largest `large_threshold`. https://docs.discord.com/developers/events/gateway-events#identify */
export const LARGE_THRESHOLD_MIN = 50;
export const LARGE_THRESHOLD_MAX = 250;

/** Dispatches kept for a resume, as told by Discord's staff in 2016. https://github.com/discord/discord-api-docs/issues/24 */
export function replayLimitFor(guilds: number): number {
  return Math.max(100, Math.min(3_500, guilds * 75));
}

/** API requests a second for each bot. https://docs.discord.com/developers/topics/rate-limits#global-rate-limit */
export const GLOBAL_REQUEST_LIMIT = 50;

/** Versions the gateway and the API still take. https://docs.discord.com/developers/reference#api-versioning */
export const API_VERSIONS: readonly number[] = [6, 7, 8, 9, 10];

/** First millisecond of Discord's ids. https://docs.discord.com/developers/reference#snowflakes */
export const DISCORD_EPOCH_MS = 1_420_070_400_000;
