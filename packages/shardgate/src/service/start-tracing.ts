import type { GatewayManager } from '@shardgate/gateway';
import type { Configuration } from '../configuration/configuration.ts';
import { attachTracing } from '../tracing/attach-tracing.ts';
import { ServiceError } from './service-error.ts';

/**
 * Traces the gateway where the configuration wants it.
 *
 * @throws {ServiceError} `@opentelemetry/api` is not installed
 */
export async function startTracing({ tracing }: Configuration, gateway: GatewayManager): Promise<void> {
  if (!tracing.enabled) return;
  const { trace } = await import('@opentelemetry/api').catch((error: unknown) => {
    throw new ServiceError(
      'configuration',
      'tracing.enabled needs the package @opentelemetry/api, which cannot be loaded: npm install @opentelemetry/api',
      { cause: error },
    );
  });
  attachTracing(gateway, trace.getTracer('shardgate'));
}
