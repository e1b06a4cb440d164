// Made from the schema: `vitest run -u packages/shardgate/test/configuration-types.test.ts` writes it anew.

import type { BrokerSinkConfiguration } from './broker-sink-configuration.ts';

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
    /** Events sent to one client and not acknowledged. Unit: events. Default: 4,096. */
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
    /** Events sent to one client and not acknowledged. Unit: events. Default: 4,096. */
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

/** One sink, by its type. */
export type SinkConfiguration =
  | WebsocketSinkConfiguration
  | UnixSinkConfiguration
  | HttpSinkConfiguration
  | AssystSinkConfiguration
  | StdoutSinkConfiguration
  | BrokerSinkConfiguration;
