/**
 * Numbers that Discord sets. Each with its source; read 2026-08.
 *
 * @see https://docs.discord.com/developers/events/gateway
 */

/** Gateway API version we speak. https://docs.discord.com/developers/reference#api-versioning */
export const API_VERSION = 10;

/** Sends per window and connection, heartbeats, Identify and Resume included. https://docs.discord.com/developers/events/gateway#rate-limiting */
export const SENDS_PER_WINDOW = 120;
export const SEND_WINDOW_MS = 60_000;

/** One identify per bucket in this time. https://docs.discord.com/developers/events/gateway#rate-limiting */
export const IDENTIFY_BUCKET_MS = 5_000;

/** Where large-bot sharding begins to round shard counts in practice; Discord's own figure is 150,000 guilds. */
export const LARGE_BOT_SHARDS = 100;

/** Multiple that large-bot shard counts had where Discord names no other. */
export const LARGE_BOT_MULTIPLE = 16;

/** HELLO intervals outside this range are taken for garbage (41,250 ms in practice). */
export const MIN_HEARTBEAT_INTERVAL_MS = 1_000;
export const MAX_HEARTBEAT_INTERVAL_MS = 600_000;

/** A base that needs no answer from the API; sessions get a URL of their own in READY. */
export const DEFAULT_GATEWAY_URL = 'wss://gateway.discord.gg';

/** Base of Discord's REST API, without the version. */
export const DEFAULT_API_URL = 'https://discord.com/api';

/** Only hosts below this domain may be told a token by a `resume_gateway_url`. */
export const GATEWAY_DOMAIN = 'discord.gg';

/** Pause after an Invalid Session, asked for by Discord's staff: random between 1 and 5 seconds. */
export const INVALID_SESSION_PAUSE_MS: readonly [least: number, most: number] = [1_000, 5_000];
