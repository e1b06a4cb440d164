import type { Trouble } from '../trouble-log.ts';

/** Kafka's names for what is too large. https://kafka.apache.org/protocol.html#protocol_error_codes */
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** Whether the messages themselves are refused. */
export function isTooLarge(error: unknown): boolean {
  return chain(error).some((one) => TOO_LARGE.has(textOf(one, 'type')));
}

/** The trouble in an error of the client. A server's words about credentials are not repeated. */
export function kafkaTrouble(error: unknown): Trouble {
  const errors = chain(error);
  const types = errors.map((one) => textOf(one, 'type'));
  if (errors.some((one) => textOf(one, 'name') === 'KafkaJSSASLAuthenticationError') || types.some(isAboutLogin))
    return { kind: 'credentials', words: 'refuses the credentials' };
  if (types.some((type) => type.endsWith('_AUTHORIZATION_FAILED')))
    return { kind: 'permission', words: 'does not allow this user to write to the topic, or to be idempotent' };
  if (types.includes('UNKNOWN_TOPIC_OR_PARTITION'))
    return { kind: 'noTopic', words: 'has no such topic, and does not create it' };
  if (types.some((type) => type.startsWith('NOT_ENOUGH_REPLICAS')))
    return { kind: 'replicas', words: 'has too few replicas in sync to store anything' };
  if (isTooLarge(error)) return { kind: 'tooLarge', words: 'refuses messages that are too large' };
  const [last] = errors.slice(-1);
  const words = last instanceof Error ? (last.message.split('\n')[0] ?? '').slice(0, 200) : 'unknown reason';
  return /certificate|self.signed|ssl|tls/i.test(words)
    ? { kind: 'tls', words: `cannot be trusted: ${words}` }
    : { kind: 'unreachable', words: `does not take events: ${words}` };
}

function isAboutLogin(type: string): boolean {
  return type === 'SASL_AUTHENTICATION_FAILED' || type === 'UNSUPPORTED_SASL_MECHANISM';
}

/** An error, what caused it, and what is gathered in it. */
function chain(error: unknown): readonly unknown[] {
  const found: unknown[] = [];
  const open = [error];
  while (open.length > 0 && found.length < 16) {
    const one = open.shift();
    if (typeof one !== 'object' || one === null || found.includes(one)) continue;
    found.push(one);
    const inner: unknown = Reflect.get(one, 'errors');
    open.push(Reflect.get(one, 'cause'), ...(Array.isArray(inner) ? inner : []));
  }
  return found;
}

function textOf(value: unknown, name: string): string {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof text === 'string' ? text : '';
}
