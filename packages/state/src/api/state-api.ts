import type { State } from '../state.ts';

/** Options of {@link createStateApi}. */
export interface StateApiOptions {
  /** What is shown. */
  readonly state: State;
  /** What clients have to show: `Authorization: Bearer <key>`. Visible ASCII without spaces. Default none, which is possible on loopback only. */
  readonly key?: string;
  /** Default 127.0.0.1. Any other machine can reach an address that is not of loopback, so that one needs a `key`. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Path before all routes but `/healthz` and `/openapi.json`. Default `/v1/events`. */
  readonly base?: string;
  /** Whether clients may change the cache. Default false. */
  readonly allowWrites?: boolean;
}

/** The HTTP server by which programs in any language read the cache. */
export interface StateApi {
  /** Listens. Rejects when the address cannot be had. */
  listen(): Promise<{ readonly url: string }>;
  /** Gives answers under way two seconds, then closes. May be called again. */
  close(): Promise<void>;
}
