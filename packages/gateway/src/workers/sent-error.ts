import { GatewayError, type GatewayErrorCode } from '../errors.ts';

/** An error on its way to another thread: cloning would lose its class and its code. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly shardId: number | undefined;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** @param error whatever was thrown */
export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { ...EMPTY, message: String(error) };
  const { code, shardId, status, retryAfterMs } = error as Partial<GatewayError>;
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: typeof code === 'string' ? code : undefined,
    shardId: typeof shardId === 'number' ? shardId : undefined,
    status: typeof status === 'number' ? status : undefined,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  };
}

const EMPTY: SentError = {
  name: 'Error',
  message: '',
  stack: undefined,
  code: undefined,
  shardId: undefined,
  status: undefined,
  retryAfterMs: undefined,
};

/** The error again; a `GatewayError` is one on both sides. */
export function receivedError({ name, message, stack, code, shardId, status, retryAfterMs }: SentError): Error {
  if (name === 'GatewayError') {
    return new GatewayError(code as GatewayErrorCode, message, {
      retryAfterMs,
      ...(shardId === undefined ? {} : { shardId }),
      ...(status === undefined ? {} : { status }),
    });
  }
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
