import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';

/** A message of a stream, as a consumer sees it. */
export interface Stored {
  readonly subject: string;
  readonly body: Record<string, unknown>;
  readonly id: string | undefined;
}

/** A consumer that only knows NATS' own commands. */
export async function natsConsumer(url: string) {
  const { host, username, password } = new URL(url);
  const login = username === '' ? {} : { user: username, pass: password };
  const connection = await connect({ servers: host, ...login, maxReconnectAttempts: -1 });
  onTestFinished(() => connection.close());
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return {
    connection,
    manager,
    /** Every message of a stream, oldest first. */
    read: async (stream = 'DISCORD'): Promise<Stored[]> => {
      const info = await manager.streams.info(stream);
      const consumer = await manager.jetstream().consumers.get(stream);
      const stored: Stored[] = [];
      while (stored.length < info.state.messages) {
        const messages = await consumer.fetch({
          max_messages: Math.min(1_000, info.state.messages - stored.length),
          expires: 2_000,
        });
        for await (const message of messages) {
          stored.push({
            subject: message.subject,
            body: message.json(),
            id: message.headers?.get('Nats-Msg-Id'),
          });
        }
      }
      return stored;
    },
  };
}
