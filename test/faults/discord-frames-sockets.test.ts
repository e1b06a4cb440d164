import { afterEach, describe, expect, it } from 'vitest';
import { createSimulator } from '@shardgate/simulator';
import { TOKEN } from '../beds/virtual-bed.ts';
import { startTcpProxy, type TcpProxy } from '../beds/tcp-proxy.ts';
import { startNode } from '../docs/child-process.ts';
import { expectNothingLost } from './outcome.ts';
import { createRealBed, until, type RealBed } from './real-bed.ts';

const MIB = 1024 * 1024;
const CHILD = new URL('gateway-child.mjs', import.meta.url).pathname;

let bed: RealBed | undefined;
let proxy: TcpProxy | undefined;
/** What sockets said of why they ended. */
const socketErrors: unknown[] = [];

afterEach(async () => {
  await bed?.end();
  await proxy?.close();
  bed = undefined;
  proxy = undefined;
  socketErrors.length = 0;
});

/** Two shards; what is injected into the proxy goes to the one that connected last. */
async function twoShards(): Promise<{ bed: RealBed; proxy: TcpProxy }> {
  bed = await createRealBed({ shards: 2 }, async (listening, simulator) => {
    proxy = await startTcpProxy(Number(new URL(listening.gatewayUrl).port));
    simulator.addresses.main = `ws://127.0.0.1:${proxy.port}`;
    simulator.addresses.resume = simulator.addresses.main;
    return { debug: (text, ...values) => void (text === 'GW ERROR' && socketErrors.push(...values)) };
  });
  await bed.ready();
  return { bed, proxy: proxy as TcpProxy };
}

/** One of two shards had to connect again; the other noticed nothing, and nothing is lost. */
async function expectOneResumed(bed: RealBed): Promise<void> {
  await bed.until('resumed', () => bed.toldOf('resumed').length === 1);
  bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 20 });
  await bed.caughtUp();
  expect(new Set(bed.toldOf('shardDisconnected').map(({ shardId }) => shardId)).size, 'I11').toBe(1);
  const causes = bed.toldOf('shardDisconnected').map(({ cause }) => cause);
  expect(causes, 'noticed at once, not by silence').not.toContain('no sign of life');
  expect([bed.identifies(), bed.resumes()]).toEqual([2, 1]);
  expectNothingLost(bed);
}

/** The header of a frame of a server. https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
function frameHeader(first: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, length]);
  const header = Buffer.alloc(10);
  header.writeUInt8(first, 0);
  header.writeUInt8(127, 1);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

const TEXT = 0x81;
const BINARY = 0x82;
const BINARY_BEGIN = 0x02;
const CONTINUED = 0x00;

describe('frames that nobody can use, on real sockets', () => {
  it.each([
    ['a text message on a compressed stream', { text: '{"op":11,"d":null}' }],
    ['an empty text message on a compressed stream', { text: '' }],
    [
      'random bytes with a flush mark',
      { base64: Buffer.concat([Buffer.alloc(40, 0xa7), Buffer.from([0, 0, 0xff, 0xff])]).toString('base64') },
    ],
  ] as const)('D19 %s ends that connection only; RESUME', async (_what, garbage) => {
    bed = await createRealBed({ shards: 2 });
    await bed.ready();
    bed.simulator.fault({ kind: 'garbage', shard: 0, ...garbage });
    await expectOneResumed(bed);
  });

  it.each([
    ['an unmasked reserved opcode', Buffer.from([0x83, 0])],
    ['reserved bits', Buffer.from([0xf2, 1, 1])],
    ['a masked frame', Buffer.from([BINARY, 0x81, 1, 2, 3, 4, 5])],
    ['a text that is not UTF-8', Buffer.from([TEXT, 2, 0xff, 0xfe])],
    ['a ping that is too long', frameHeader(0x89, 1_000)],
    ['a close frame with a forbidden code', Buffer.from([0x88, 2, 0x03, 0xee])],
    ['no WebSocket at all', Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
  ])('D19 %s ends that connection only; RESUME', async (_what, bytes) => {
    const { bed, proxy } = await twoShards();
    proxy.inject(bytes);
    await expectOneResumed(bed);
  });

  it('D20 a cut message on a real socket: a new context and RESUME, ten times', async () => {
    bed = await createRealBed();
    await bed.ready();
    for (let round = 1; round <= 10; round++) {
      bed.simulator.fault({ kind: 'truncate-next' });
      bed.simulator.emit({ t: 'MESSAGE_CREATE', count: 2 });
      await bed.until(`round ${round}`, () => bed?.toldOf('resumed').length === round);
      await bed.caughtUp();
    }
    expect(bed.identifies()).toBe(1);
    expectNothingLost(bed);
  });

  it('D21 nine MiB without a flush mark are not kept; that connection ends, RESUME', async () => {
    bed = await createRealBed({ shards: 2 });
    await bed.ready();
    const piece = Buffer.alloc(MIB, 1).toString('base64');
    for (let sent = 0; sent < 9; sent++) bed.simulator.fault({ kind: 'garbage', shard: 0, base64: piece });
    await expectOneResumed(bed);
    expect(bed.toldOf('protocolError')).toMatchObject([{ shardId: 0, code: 'messageTooLarge' }]);
  });

  it.each([16 * MIB + 1, 2 ** 31, 2 ** 53 - 1])(
    'D23 a frame that announces %i bytes is refused by its header; that connection ends, RESUME',
    async (length) => {
      const { bed, proxy } = await twoShards();
      const before = process.memoryUsage().arrayBuffers;
      proxy.inject(frameHeader(BINARY, length));
      await expectOneResumed(bed);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MIB);
    },
  );

  it('D23 a million fragments of a message that never ends are cut off by their number; that connection ends, RESUME', async () => {
    const { bed, proxy } = await twoShards();
    const fragments = Buffer.concat([
      Buffer.from([BINARY_BEGIN, 1, 1]),
      ...Array.from({ length: 250 }, () => Buffer.from([CONTINUED, 1, 1])),
    ]);
    const more = fragments.subarray(3);
    proxy.inject(fragments);
    for (let sent = 250; sent < 1_000_000; sent += 250) proxy.inject(more);
    await expectOneResumed(bed);
    expect(socketErrors).toMatchObject([{ message: 'Too many message fragments' }]);
  });
});

it(
  'D22 a message that inflates to 1 GiB ends its connection only, and costs no more memory than the limit on messages',
  { timeout: 60_000 },
  async () => {
    const simulator = createSimulator({
      token: TOKEN,
      shards: 2,
      maxConcurrency: 2,
      guilds: 2,
      zlibLevel: 1,
      readyDelayMs: 1,
    });
    const { apiUrl } = await simulator.start();
    const child = startNode([CHILD, JSON.stringify({ token: TOKEN, apiUrl })], {});
    try {
      /** Peak of memory when shards were ready for the n-th time, bytes. */
      const peak = async (times: number): Promise<number> => {
        const [text] = await child.printed(new RegExp(`(?:"peak":\\d+[^]*?){${times}}\\}`), 30_000);
        return Number(/\d+(?=\}$)/.exec(text)?.[0]);
      };
      const before = await peak(2);
      simulator.fault({ kind: 'bomb', shard: 0, bytes: 2 ** 30 });
      const after = await peak(3);
      expect(child.output()).toMatch(/"protocolError","shardId":0,"code":"messageTooLarge"/);
      expect((after - before) / MIB, 'the limit is 32 MiB').toBeLessThanOrEqual(48);
      expect(child.output().match(/"shardDisconnected"/g)).toHaveLength(1);
      await until('resumed', () => simulator.ledger.activity({ kind: 'resume' }).length === 1);
      expect(simulator.check()).toEqual([]);
    } finally {
      await child.stop();
      await simulator.close();
    }
  },
);
