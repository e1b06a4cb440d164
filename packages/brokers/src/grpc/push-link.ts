import type { SinkDoor } from '@shardgate/delivery';
import type { ChannelCredentials, Client, ClientUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import { backOffMs } from '../ports/back-off.ts';
import type { TimerHandle } from '../ports/clock.ts';
import { createTroubleLog, type Trouble } from '../trouble-log.ts';
import { loadGrpc, type Grpc } from './grpc-library.ts';
import type { PushMessage } from './push-message.ts';
import type { GrpcPushSettings } from './push-options.ts';
import { pushFailure } from './push-trouble.ts';

/** Calls to the consumer's server, over a connection that is made again and again, as long as it takes. */
export interface PushLink {
  start(): void;
  /** Rejects with the error of the call. */
  push(message: PushMessage): Promise<void>;
  /** No call can succeed now: not ready, until the server answers again. */
  begin(trouble: Trouble): void;
  /** A push succeeded: the next trouble begins with short waits again. */
  succeeded(): void;
  readonly grpc: Grpc | undefined;
  stop(): void;
}

/** Any server answers this, were it only that it does not have it. https://grpc.io/docs/guides/health-checking/ */
const HEALTH_CHECK = '/grpc.health.v1.Health/Check';
const NOTHING = Buffer.alloc(0);
/** A `HealthCheckResponse` whose status is NOT_SERVING. */
const NOT_SERVING = Buffer.of(0x08, 0x02);

const asIs = (bytes: Buffer): Buffer => bytes;

export function createPushLink(
  settings: GrpcPushSettings,
  report: SinkDoor['report'],
  onReady: (ready: boolean) => void,
): PushLink {
  const { address, path, timeoutMs, backOff, clock, random } = settings;
  const log = createTroubleLog(`the gRPC server ${address}`, clock, backOff, report);
  const calls = new Set<ClientUnaryCall>();
  let grpc: Grpc | undefined;
  let client: Client | undefined;
  let isStopped = true;
  let isReady = false;
  let failures = 0;
  let timer: TimerHandle;

  const call = (on: Client, method: string, request: Buffer, metadata: Metadata): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const deadline = clock.wallTime() + timeoutMs;
      const done = (error: ServiceError | null, answer?: Buffer): void => {
        calls.delete(one);
        if (error === null) resolve(answer ?? NOTHING);
        else reject(error);
      };
      const one = on.makeUnaryRequest(method, asIs, asIs, request, metadata, { deadline }, done);
      calls.add(one);
    });

  const metadataOf = (library: Grpc, values: PushMessage['metadata']): Metadata => {
    const metadata = new library.Metadata();
    for (const [name, value] of Object.entries(values)) metadata.set(name, value);
    if (settings.secretKey !== undefined) metadata.set('authorization', `Bearer ${settings.secretKey}`);
    return metadata;
  };

  const drop = (): void => {
    const dropped = client;
    client = undefined;
    for (const one of calls) one.cancel();
    dropped?.close();
  };

  const retry = (trouble: Trouble): void => {
    if (isStopped) return;
    failures++;
    const retryInMs = backOffMs(failures, random(), backOff);
    log.tell(trouble, retryInMs);
    clock.clearTimer(timer);
    timer = clock.setTimer(() => void attempt(), retryInMs);
  };

  /** Does not reject. */
  const attempt = async (): Promise<void> => {
    let own: Client | undefined;
    try {
      grpc ??= await loadGrpc();
      if (isStopped) return;
      own = dial(grpc, settings);
      client = own;
      const answer = await call(own, HEALTH_CHECK, NOTHING, metadataOf(grpc, {}));
      if (answer.equals(NOT_SERVING)) return failed(own, { kind: 'notServing', words: 'says that it is not serving' });
    } catch (error) {
      const code = codeOf(error);
      // The library is not there, or takes no such certificate.
      if (grpc === undefined || code === undefined)
        return failed(own, { kind: 'setup', words: `cannot be called: ${messageOf(error)}` });
      if (code !== grpc.status.UNIMPLEMENTED && code !== grpc.status.NOT_FOUND) {
        const failure = pushFailure(grpc, { code, details: detailsOf(error) }, path);
        return failed(own, failure.kind === 'server' ? failure.trouble : failure);
      }
    }
    if (isStopped || client !== own) return;
    isReady = true;
    onReady(true);
  };

  const failed = (own: Client | undefined, trouble: Trouble): void => {
    if (isStopped || client !== own) return;
    drop();
    retry(trouble);
  };

  return {
    get grpc() {
      return grpc;
    },
    start: () => {
      isStopped = false;
      void attempt();
    },
    push: async ({ request, metadata }) => {
      if (client === undefined || grpc === undefined || !isReady)
        throw new Error(`the gRPC server ${address} is not ready`);
      await call(client, path, request, metadataOf(grpc, metadata));
    },
    succeeded: () => {
      failures = 0;
      log.over();
    },
    begin: (trouble) => {
      if (!isReady || isStopped) return;
      isReady = false;
      onReady(false);
      drop();
      retry(trouble);
    },
    stop: () => {
      isStopped = true;
      isReady = false;
      clock.clearTimer(timer);
      drop();
    },
  };
}

function dial(grpc: Grpc, { address, tls }: GrpcPushSettings): Client {
  return new grpc.Client(address, credentialsOf(grpc, tls), {
    // Each connection on its own: a new try must not wait for what an old one has learnt, and what is tried again is ours.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    ...(tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName }),
  });
}

function credentialsOf({ credentials }: Grpc, tls: GrpcPushSettings['tls']): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const bytes = (pem: string | Buffer | undefined): Buffer | null => (pem === undefined ? null : Buffer.from(pem));
  return credentials.createSsl(bytes(tls.ca), bytes(tls.key), bytes(tls.cert));
}

function codeOf(error: unknown): number | undefined {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'number' ? code : undefined;
}

function detailsOf(error: unknown): string {
  const details: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'details') : undefined;
  return typeof details === 'string' ? details : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'failed for an unknown reason';
}
