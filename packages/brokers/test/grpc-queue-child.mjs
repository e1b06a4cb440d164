// A bot's server as tatsuworks/gateway pushes to it, in a process of its own, which knows the .proto file only:
// node grpc-queue-child.mjs <port> <file> [<settings as JSON>]
// Each value goes to the file as a line before the call is answered.
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const [port, file, settings = '{}'] = process.argv.slice(2);
// Whoever was killed may have left half a line.
appendFileSync(file, '\n');
const { secretKey, tls } = JSON.parse(settings);
const proto = loadSync(fileURLToPath(new URL('../proto/tatsu/queue.proto', import.meta.url)));
const server = new grpc.Server();
server.addService(proto['gateway.Queue'], {
  Push: ({ request, metadata }, reply) => {
    if (secretKey !== undefined && metadata.get('authorization')[0] !== `Bearer ${secretKey}`)
      return reply({ code: grpc.status.UNAUTHENTICATED, details: 'no' });
    const value = request.key.endsWith(':GAP') ? '"gap"' : request.value;
    appendFileSync(file, `${value}\n`);
    reply(null, {});
  },
});
const credentials = tls
  ? grpc.ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }])
  : grpc.ServerCredentials.createInsecure();
server.bindAsync(`127.0.0.1:${port}`, credentials, (error) => {
  if (error) throw error;
});
