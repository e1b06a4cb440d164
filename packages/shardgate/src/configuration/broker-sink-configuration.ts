// Made from the schema: `vitest run -u packages/shardgate/test/configuration-types.test.ts` writes it anew.

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

/** A sink of type `grpc`. */
export interface GrpcSinkConfiguration {
  readonly type: 'grpc';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Address to listen on; any other than loopback needs a key, or `tls` with a `clientCaFile`. Default: `"127.0.0.1"`. */
  readonly host: string;
  /** Port to listen on; 0 takes a free one. Default: `50051`. */
  readonly port: number;
  readonly tls?: {
    /** File of the certificate and those above it, PEM. */
    readonly certFile: string;
    /** File of its private key, PEM. */
    readonly keyFile: string;
    /** File of the authority that clients need a certificate of, PEM. Default: clients need none. */
    readonly clientCaFile?: string;
  };
  /** The key every client has to give, as `authorization: Bearer <key>`. Default: none. */
  readonly secretKey?: string;
  /** Consumers at a time. Unit: consumers. Default: 64. */
  readonly maxConsumers?: number;
  /** A connection that does not answer a ping for this long is cut. Unit: milliseconds. Default: 20,000. */
  readonly keepaliveMs?: number;
  /** Serve commands and tatsu's management calls on the same port. Default: `true`. */
  readonly management: boolean;
}

/** A sink of type `grpcPush`. */
export interface GrpcPushSinkConfiguration {
  readonly type: 'grpcPush';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** The consumer's server, `host:port`. */
  readonly address: string;
  readonly tls?: {
    /** File of the authority of the server's certificate, PEM. Default: what Node.js trusts. */
    readonly caFile?: string;
    /** File of a certificate to show, PEM. Default: none. */
    readonly certFile?: string;
    /** File of its private key, PEM. Default: none. */
    readonly keyFile?: string;
    /** Name in the server's certificate. Default: the host of the address. */
    readonly serverName?: string;
  };
  /** Sent with each call, as `authorization: Bearer <key>`. Default: none. */
  readonly secretKey?: string;
  /** The call: tatsu's own, or that of the demo its README links to. Default: `gateway.Queue/Push`. */
  readonly method?: 'gateway.Queue/Push' | 'proto.Server/Create';
  /** The key of an event is this and its name. Default: `gateway:events:`. */
  readonly prefix?: string;
  /** `tatsu`: no READY, no RESUMED, GUILD_CREATE only for a join. `all`: every event. Default: `tatsu`. */
  readonly profile?: 'tatsu' | 'all';
  /** How `d` is written. Default: `json`. */
  readonly encoding?: 'json' | 'etf';
  /** An object with `t`, `s`, `id`, `d`, `old` and more instead of `d` alone. Default: `false`. */
  readonly envelope?: boolean;
  /** Tell consumers of gaps, too. Default: the broker's page says. */
  readonly gaps?: boolean;
  /** Calls of one shard under way at a time; with more than one a server may see its events in another order. Unit: calls. Default: 1. */
  readonly callsPerShard?: number;
  /** A call without an answer for this long is given up. Unit: milliseconds. Default: 5,000. */
  readonly timeoutMs?: number;
}

/** A sink of type `kafka`. */
export interface KafkaSinkConfiguration {
  readonly type: 'kafka';
  /** Unique among the sinks. It names the place up to which events were acknowledged, so a new name begins anew. */
  readonly name: string;
  /** Whether an event has to wait for this sink before it is done with. Default: `true`. */
  readonly required: boolean;
  /** The only events that this sink gets. Default: all. */
  readonly events: readonly string[] | null;
  /** Events that this sink does not get. Default: `[]`. */
  readonly ignoreEvents: readonly string[];
  /** Brokers to begin with, `host:port`. */
  readonly servers: readonly string[];
  /** The topic; it is to exist. Default: `discord`. */
  readonly topic?: string;
  /** An object with `t`, `s`, `id`, `d`, `old` and more, or `d` alone. Default: `event`. */
  readonly body?: 'event' | 'data';
  /** Connect by TLS. Default: `false`. */
  readonly tls: boolean;
  /** How to log in, with `username` and `password`. Default: no login. */
  readonly mechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  /** Name to log in with. Default: none. */
  readonly username?: string;
  /** Password to log in with. Default: none. */
  readonly password?: string;
  /** A connection or an answer that takes longer is given up. Unit: milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** One sink, by its type. */
export type BrokerSinkConfiguration =
  | AmqpSinkConfiguration
  | RedisListSinkConfiguration
  | RedisStreamSinkConfiguration
  | JetstreamSinkConfiguration
  | NatsSinkConfiguration
  | GrpcSinkConfiguration
  | GrpcPushSinkConfiguration
  | KafkaSinkConfiguration;
