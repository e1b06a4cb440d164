import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { findProgram } from '../../../test/services/debian-package.ts';
import { until } from './broker-bed.ts';

/** A message as kcat's consumer prints it. */
export interface Stored {
  readonly partition: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ts: number;
  readonly payload: string;
}

/** The broker that librdkafka has for its own tests, inside a kcat that reads everything from it. Not Kafka, but its protocol in other hands than KafkaJS'. */
export interface KafkaMock {
  /** `host:port`, the same for all its lives. */
  readonly server: string;
  readonly stored: Stored[];
  /** Names of the requests it got. */
  readonly requests: ReadonlySet<string>;
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** A new one, which has nothing of the old one's. */
  restart(): Promise<void>;
}

const METADATA = 3;

export async function startKafkaMock(topic: string): Promise<KafkaMock> {
  const found = await findProgram({ names: ['kcat', 'kafkacat'], package: 'kcat' });
  if ('missing' in found) throw new Error(found.missing);
  const stored: Stored[] = [];
  const requests = new Set<string>();
  let child: ChildProcess | undefined;
  let port = 0;
  const door = createServer((client) => relay(client, port, address().port));
  const address = (): AddressInfo => door.address() as AddressInfo;
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');

  const start = async (): Promise<void> => {
    port = 0;
    // The address is one that it does not use.
    const flags = ['-b', '127.0.0.1:1', '-X', 'test.mock.num.brokers=1', '-d', 'mock', '-C', '-t', topic, '-u', '-J'];
    const one = spawn(found.path, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = one;
    let isReading = false;
    createInterface(one.stdout).on('line', (line) => stored.push(readStored(line)));
    createInterface(one.stderr).on('line', (line) => {
      port ||= Number(/bootstrap\.servers=127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? 0);
      const [, request] = /Received (\w+)Request/.exec(line) ?? [];
      if (request !== undefined) requests.add(request);
      isReading ||= request === 'Fetch';
    });
    await until(() => port > 0 && isReading);
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  onTestFinished(async () => {
    await kill();
    door.close();
  });
  await start();
  return {
    server: `127.0.0.1:${address().port}`,
    stored,
    requests,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    kill,
    restart: async () => {
      await kill();
      await start();
    },
  };
}

function readStored(line: string): Stored {
  const { headers, ...rest } = JSON.parse(line) as Omit<Stored, 'headers'> & { headers?: string[] };
  const pairs = (headers ?? []).flatMap((name, index) => (index % 2 === 0 ? [[name, headers?.[index + 1] ?? '']] : []));
  return { ...rest, headers: Object.fromEntries(pairs) as Record<string, string> };
}

/**
 * Passes everything on, but for two things in the answers about the cluster: the broker's port is this one, and the controller, which librdkafka 2.0
 * says is broker 0, is the broker there is.
 */
function relay(client: Socket, port: number, ownPort: number): void {
  const broker = connect(port, '127.0.0.1');
  const asked = new Map<number, number>();
  const end = (): void => {
    client.destroy();
    broker.destroy();
  };
  for (const socket of [client, broker]) socket.on('error', end).on('close', end);
  frames(client, (frame) => {
    if (frame.readInt16BE(4) === METADATA) asked.set(frame.readInt32BE(8), frame.readInt16BE(6));
    broker.write(frame);
  });
  frames(broker, (frame) => {
    if (asked.delete(frame.readInt32BE(4))) patchMetadata(frame, ownPort);
    client.write(frame);
  });
}

/** https://kafka.apache.org/protocol.html#The_Messages_Metadata version 2: brokers, cluster id, controller. */
function patchMetadata(frame: Buffer, ownPort: number): void {
  const nodeId = frame.readInt32BE(12);
  const behindHost = 18 + frame.readInt16BE(16);
  frame.writeInt32BE(ownPort, behindHost);
  const text = (at: number): number => at + 2 + Math.max(0, frame.readInt16BE(at));
  frame.writeInt32BE(nodeId, text(text(behindHost + 4)));
}

function frames(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0);
      onFrame(Buffer.from(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  });
}
