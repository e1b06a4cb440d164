import { botUser } from './person.ts';

/** What a READY is made of. https://docs.discord.com/developers/events/gateway-events#ready */
export interface ReadyParts {
  readonly version: number;
  readonly application: { readonly id: string; readonly name: string };
  readonly guildIds: readonly string[];
  readonly sessionId: string;
  readonly resumeUrl: string;
  /** Only when IDENTIFY had one. */
  readonly shard: readonly [id: number, count: number] | undefined;
}

const TRACE = ['["gateway-prd-us-east1-z",{"micros":1520}]'];

/** `d` of READY, with the keys that Discord adds to the documented ones. */
export function readyJson(parts: ReadyParts): string {
  const { application, sessionId, resumeUrl, shard } = parts;
  const guilds = parts.guildIds.map((id) => `{"id":"${id}","unavailable":true}`).join(',');
  const rest = {
    session_id: sessionId,
    resume_gateway_url: resumeUrl,
    ...(shard === undefined ? {} : { shard }),
    application: { id: application.id, flags: 565_248 },
    session_type: 'normal',
    private_channels: [],
    relationships: [],
    presences: [],
    guild_join_requests: [],
    user_settings: {},
    _trace: TRACE,
  };
  return `{"v":${parts.version},"user":${JSON.stringify(botUser(application))},"guilds":[${guilds}],${JSON.stringify(rest).slice(1)}`;
}

export const RESUMED_JSON: string = JSON.stringify({ _trace: TRACE });
