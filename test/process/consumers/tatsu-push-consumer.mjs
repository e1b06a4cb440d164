// A bot that tatsuworks/gateway pushes to, written from its contract alone:
// node tatsu-push-consumer.mjs <port> <address of the gateway's management service> <settings as JSON> <file>
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { lineFile } from './line-file.mjs';

const [port, management, settings, file] = process.argv.slice(2);
const { key, cert, ca, secretKey } = JSON.parse(settings);
const write = lineFile(file);
const proto = loadSync(fileURLToPath(new URL('tatsu.proto', import.meta.url)), {
  keepCase: true,
  longs: String,
  enums: String,
});
const Gateway = grpc.makeClientConstructor(proto['gateway.Gateway'], 'Gateway');
const buffer = (text) => Buffer.from(text);
const gateway = new Gateway(
  management,
  ca ? grpc.credentials.createSsl(buffer(ca), buffer(key), buffer(cert)) : grpc.credentials.createInsecure(),
  { 'grpc.ssl_target_name_override': 'localhost' },
);
const metadata = new grpc.Metadata();
if (secretKey !== undefined) metadata.set('authorization', `Bearer ${secretKey}`);
const shardOf = (guildId) => Number((BigInt(guildId) >> 22n) % 2n);
/** Calls the management service, and writes down what it answered. */
const ask = (method, request) =>
  gateway[method](request, metadata, (error, answer) => write({ method, answer, code: error?.code ?? 0 }));

const orders = {
  '!members': ({ guild_id }) => ask('RequestGuildMembers', { guild_id, shard: shardOf(guild_id) }),
  '!stats': () => ask('Stats', {}),
  '!version': () => ask('Version', {}),
  '!restart': ({ guild_id }) => ask('RestartShard', { shard: shardOf(guild_id) }),
  '!unknown': () => ask('RestartShard', { shard: 99 }),
};

const server = new grpc.Server();
server.addService(proto['gateway.Queue'], {
  Push: ({ request, metadata: told }, reply) => {
    const t = request.key.slice('gateway:events:'.length);
    const d = JSON.parse(request.value.toString());
    write({ t, d, bot: told.get('x-gateway-bot-id')[0], shard: told.get('x-gateway-shard')[0] });
    reply(null, {});
    if (t === 'MESSAGE_CREATE') orders[d.content]?.(d);
  },
});
const credentials = cert
  ? grpc.ServerCredentials.createSsl(buffer(ca), [{ private_key: buffer(key), cert_chain: buffer(cert) }], true)
  : grpc.ServerCredentials.createInsecure();
server.bindAsync(`127.0.0.1:${port}`, credentials, (error) => {
  if (error) throw error;
});
