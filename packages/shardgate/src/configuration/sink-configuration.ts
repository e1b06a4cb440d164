// Made from the schema: `vitest run -u packages/shardgate/test/configuration-types.test.ts` writes it anew.

/** A sink of type `websocket`. */
export interface WebsocketSinkConfiguration {
  readonly type: 'websocket';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Address to listen on; any other than loopback needs a key. Default: `"127.0.0.1"`. */
  readonly host: string;
  /** Port to listen on; 0 takes a free one. Default: `7900`. */
  readonly port: number;
  /** Path of the endpoint. Default: `"/"`. */
  readonly path: string;
  /** The key every client has to give. Default: none. */
  readonly secretKey?: string;
  /** Host names of this machine by which local clients may call, beside `localhost`. Default: `[]`. */
  readonly allowedHosts: readonly string[];
  /** Web pages that may connect, by their `Origin`. Default: `[]`. */
  readonly allowedOrigins: readonly string[];
  readonly window?: {
    /** Events sent to one client and not acknowledged. Unit: events. Default: 1,024. */
    readonly events?: number;
    /** The same in bytes. Unit: bytes. Default: 4,194,304. */
    readonly bytes?: number;
  };
  /** Clients at a time. Unit: clients. Default: 64. */
  readonly maxClients?: number;
  /** A client that owes an acknowledgement and gives none for this long is disconnected. Unit: milliseconds. Default: 30,000. */
  readonly ackTimeoutMs?: number;
  /** How often clients are asked to send a ping. Unit: milliseconds. Default: 15,000. */
  readonly pingIntervalMs?: number;
  /** A client of which nothing was heard for this long is disconnected. Unit: milliseconds. Default: 45,000. */
  readonly silenceTimeoutMs?: number;
  /** Longest message of a client. Unit: bytes. Default: 65,536. */
  readonly maxMessageBytes?: number;
}

/** A sink of type `unix`. */
export interface UnixSinkConfiguration {
  readonly type: 'unix';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Path of the socket; its folder has to exist. */
  readonly path: string;
  /** The key every client has to give. Default: none. */
  readonly secretKey?: string;
  readonly window?: {
    /** Events sent to one client and not acknowledged. Unit: events. Default: 1,024. */
    readonly events?: number;
    /** The same in bytes. Unit: bytes. Default: 4,194,304. */
    readonly bytes?: number;
  };
  /** Clients at a time. Unit: clients. Default: 64. */
  readonly maxClients?: number;
  /** A client that owes an acknowledgement and gives none for this long is disconnected. Unit: milliseconds. Default: 30,000. */
  readonly ackTimeoutMs?: number;
  /** How often clients are asked to send a ping. Unit: milliseconds. Default: 15,000. */
  readonly pingIntervalMs?: number;
  /** A client of which nothing was heard for this long is disconnected. Unit: milliseconds. Default: 45,000. */
  readonly silenceTimeoutMs?: number;
  /** Longest message of a client. Unit: bytes. Default: 65,536. */
  readonly maxMessageBytes?: number;
}

/** A sink of type `http`. */
export interface HttpSinkConfiguration {
  readonly type: 'http';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Address of the consumer; either this or `urls`. Default: none. */
  readonly url?: string;
  /** Several consumers: a shard's events all go to one of them. Default: none. */
  readonly urls?: readonly string[];
  /** Sent as `Authorization`, just as it is. Default: none. */
  readonly secretKey?: string;
  /** Signs each request. Default: none. */
  readonly signingKey?: string;
  /** One event a request, or a batch as lines of JSON. Default: `"event"`. */
  readonly format: 'event' | 'batch';
  /** Send gaps too with `event`; batches always have them. Default: `false`. */
  readonly gaps: boolean;
  /** Time limit of one request. Unit: milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Connections to each address, at most. Unit: connections. Default: 64. */
  readonly connections?: number;
}

/** A sink of type `assyst`. */
export interface AssystSinkConfiguration {
  readonly type: 'assyst';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** The socket's file. Default: `assyst2-gateway-com` in the folder for temporary files. */
  readonly path?: string;
}

/** A sink of type `stdout`. */
export interface StdoutSinkConfiguration {
  readonly type: 'stdout';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
}

/** A sink of type `amqp`. */
export interface AmqpSinkConfiguration {
  readonly type: 'amqp';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Address of the broker, with user and password. */
  readonly url: string;
  /** Topic exchange; declared. Default: `gateway`. */
  readonly exchange?: string;
  /** Queue that is declared and bound for all events; `false` for none. Default: `gateway.recv`. */
  readonly queue?: string | false;
  /** Type of that queue. Default: `classic`. */
  readonly queueType?: 'classic' | 'quorum';
  /** Messages that the queue takes; while it is full events wait here. Unit: messages. Default: no limit. */
  readonly maxLength?: number;
  /** Exchange for messages that consumers reject. Default: none: they are dropped. */
  readonly deadLetterExchange?: string;
  /** Further members of the body. Default: none. */
  readonly bodyMembers?: readonly ('s' | 'shard')[];
  /** Tell consumers of gaps, too. Default: the broker's page says. */
  readonly gaps?: boolean;
  /** Time between heartbeats; a broker that is silent for two or three of them counts as gone. Unit: seconds. Default: 10. */
  readonly heartbeatSeconds?: number;
  /** A broker that confirms nothing for so long, and is not blocked, is left for a new connection. Unit: milliseconds. Default: 30,000. */
  readonly confirmTimeoutMs?: number;
  /** Messages that wait for the broker's confirmation. Unit: messages. Default: 10,000. */
  readonly maxUnconfirmed?: number;
  readonly commands?: {
    /** Queues that commands are taken from. In a fleet also one of this process alone. Default: `["gateway.send"]`. */
    readonly queues: readonly string[];
    /** Queue for commands that could not be carried out. Default: `gateway.send.dead`. */
    readonly deadLetterQueue?: string;
    /** Commands under way over all shards. Unit: commands. Default: 1,000. */
    readonly prefetch?: number;
    /** Client that the commands come from, for `commands.roles`. Default: name of the broker. */
    readonly client?: string;
    /** Longest command that is read. Unit: bytes. Default: 16,384. */
    readonly maxBytes?: number;
  };
}

/** A sink of type `redisList`. */
export interface RedisListSinkConfiguration {
  readonly type: 'redisList';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Address of the broker, with user and password. */
  readonly url: string;
  /** The list of an event is this and its name. Default: `gateway:events:`. */
  readonly prefix?: string;
  /** `tatsu`: no READY, no RESUMED, GUILD_CREATE only for a join. `all`: every event. Default: `tatsu`. */
  readonly profile?: 'tatsu' | 'all';
  /** How `d` is written. Default: `json`. */
  readonly encoding?: 'json' | 'etf';
  /** ETF with its version byte in front. Default: `false`. */
  readonly etfVersionByte?: boolean;
  /** An object with `t`, `s`, `id`, `d`, `old` and more instead of `d` alone. Default: `false`. */
  readonly envelope?: boolean;
  /** Tell consumers of gaps, too. Default: the broker's page says. */
  readonly gaps?: boolean;
  /** Elements of each list, at most. Unit: elements. Default: 1,000,000. */
  readonly maxLength?: number;
  /** At that bound: events wait here, or the oldest elements go. Default: `pause`. */
  readonly whenFull?: 'pause' | 'trim';
  /** A connection or an answer that takes longer is given up. Unit: milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
  readonly commands?: {
    /** Lists that commands are taken from; those in front come first. Default: `["gateway:op"]`. */
    readonly lists: readonly string[];
    /** List for what could not be carried out and wanted no answer. Default: the first list with `:dead` behind. */
    readonly deadList?: string;
    /** Client that the commands come from, for `commands.roles`. Default: name of the broker. */
    readonly clientName?: string;
    /** Commands under way at a time. Unit: commands. Default: 256. */
    readonly maxUnderWay?: number;
    /** Longest command that is read. Unit: bytes. Default: 16,384. */
    readonly maxBytes?: number;
  };
}

/** A sink of type `redisStream`. */
export interface RedisStreamSinkConfiguration {
  readonly type: 'redisStream';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Address of the broker, with user and password. */
  readonly url: string;
  /** A stream for each shard, or one for each event name as spec-tacles has it. Default: `shardgate`. */
  readonly profile?: 'shardgate' | 'spectacles';
  /** Names of streams begin with this. Default: `shardgate:`. */
  readonly prefix?: string;
  /** Entries of each stream; beyond them the oldest go, read or not. With `shardgate` only. Unit: entries. Default: 1,000,000. */
  readonly maxLength?: number;
  /** Entries older than this go. With `spectacles` only. Unit: milliseconds. Default: 3,600,000. */
  readonly maxAgeMs?: number;
  /** Tell consumers of gaps, too. Default: the broker's page says. */
  readonly gaps?: boolean;
  /** A connection or an answer that takes longer is given up. Unit: milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
  readonly commands?: {
    /** Lists that commands are taken from; those in front come first. Default: `["gateway:op"]`. */
    readonly lists: readonly string[];
    /** List for what could not be carried out and wanted no answer. Default: the first list with `:dead` behind. */
    readonly deadList?: string;
    /** Client that the commands come from, for `commands.roles`. Default: name of the broker. */
    readonly clientName?: string;
    /** Commands under way at a time. Unit: commands. Default: 256. */
    readonly maxUnderWay?: number;
    /** Longest command that is read. Unit: bytes. Default: 16,384. */
    readonly maxBytes?: number;
  };
}

/** A sink of type `jetstream`. */
export interface JetstreamSinkConfiguration {
  readonly type: 'jetstream';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Address of the broker, with user and password. */
  readonly url: string;
  /** Subjects are this, the event and the shard, with dots between. Default: `discord`. */
  readonly prefix?: string;
  /** An object with `t`, `s`, `id`, `d`, `old` and more, or `d` alone. Default: `event`. */
  readonly body?: 'event' | 'data';
  /** A connection or an answer that takes longer is given up. Unit: milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
  readonly commands?: {
    /** Subject on which commands come. Default: `shardgate.command`. */
    readonly subject?: string;
    /** Of several processes with the same one, one gets a command. Default: none: the one that has the shard answers. */
    readonly queueGroup?: string;
    /** Client that the commands come from, for `commands.roles`. Default: name of the broker. */
    readonly clientName?: string;
    /** Commands under way at a time. Unit: commands. Default: 256. */
    readonly maxUnderWay?: number;
    /** Longest command that is read. Unit: bytes. Default: 16,384. */
    readonly maxBytes?: number;
  };
  /** The stream; made when there is none. Default: `DISCORD`. */
  readonly stream?: string;
  /** Where it keeps its messages. Default: `file`. */
  readonly storage?: 'file' | 'memory';
  /** Copies in a cluster. Unit: copies. Default: 1. */
  readonly replicas?: number;
  /** Bytes of the stream. Unit: bytes. Default: 1,073,741,824. */
  readonly maxBytes?: number;
  /** Age of its oldest message; 0: any. Unit: milliseconds. Default: 86,400,000. */
  readonly maxAgeMs?: number;
  /** When it is full: events wait here, or its oldest messages go. Default: `pause`. */
  readonly whenFull?: 'pause' | 'dropOldest';
  /** When messages go: at the bounds, or also once consumers have them. Default: `limits`. */
  readonly retention?: 'limits' | 'interest' | 'workqueue';
  /** Time in which an event that comes again is known. Unit: milliseconds. Default: 600,000. */
  readonly duplicateWindowMs?: number;
}

/** A sink of type `nats`. */
export interface NatsSinkConfiguration {
  readonly type: 'nats';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Address of the broker, with user and password. */
  readonly url: string;
  /** Subjects are this, the event and the shard, with dots between. Default: `discord`. */
  readonly prefix?: string;
  /** An object with `t`, `s`, `id`, `d`, `old` and more, or `d` alone. Default: `event`. */
  readonly body?: 'event' | 'data';
  /** A connection or an answer that takes longer is given up. Unit: milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
  readonly commands?: {
    /** Subject on which commands come. Default: `shardgate.command`. */
    readonly subject?: string;
    /** Of several processes with the same one, one gets a command. Default: none: the one that has the shard answers. */
    readonly queueGroup?: string;
    /** Client that the commands come from, for `commands.roles`. Default: name of the broker. */
    readonly clientName?: string;
    /** Commands under way at a time. Unit: commands. Default: 256. */
    readonly maxUnderWay?: number;
    /** Longest command that is read. Unit: bytes. Default: 16,384. */
    readonly maxBytes?: number;
  };
}

/** One sink, by its type. */
export type SinkConfiguration =
  | WebsocketSinkConfiguration
  | UnixSinkConfiguration
  | HttpSinkConfiguration
  | AssystSinkConfiguration
  | StdoutSinkConfiguration
  | AmqpSinkConfiguration
  | RedisListSinkConfiguration
  | RedisStreamSinkConfiguration
  | JetstreamSinkConfiguration
  | NatsSinkConfiguration;
