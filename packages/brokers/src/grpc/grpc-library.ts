import { fileURLToPath } from 'node:url';
import type * as grpc from '@grpc/grpc-js';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadLibrary } from '../client-library.ts';

/** The client library. */
export type Grpc = typeof grpc;

export function loadGrpc(): Promise<Grpc> {
  return loadLibrary('gRPC', '@grpc/grpc-js', () => import('@grpc/grpc-js'));
}

/** The `.proto` files of this package. */
const PROTO_FOLDER = new URL('../../proto/', import.meta.url);

/** A service of one of them: `shardgate/v1/events.proto`, `shardgate.v1.Events`. 64-bit numbers are `ids` (texts) or counts. */
export async function loadService(file: string, name: string, longs: 'ids' | 'counts'): Promise<ServiceDefinition> {
  const { load } = await loadLibrary('gRPC', '@grpc/proto-loader', () => import('@grpc/proto-loader'));
  const loaded = await load(fileURLToPath(new URL(file, PROTO_FOLDER)), {
    longs: longs === 'ids' ? String : Number,
    defaults: true,
    arrays: true,
    oneofs: true,
  });
  const service = loaded[name];
  if (service === undefined || 'format' in service) throw new Error(`${file} has no service ${name}`);
  return service as ServiceDefinition;
}
