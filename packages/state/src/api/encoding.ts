import { Readable } from 'node:stream';
import { encodeEtf } from '@shardgate/wire';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Pace } from './pace.ts';

/** What a client that asks for it gets ETF as: there is no registered type. */
const ETF_TYPE = 'application/octet-stream';
const JSON_TYPE = 'application/json; charset=utf-8';

/** Tags of an external term. https://www.erlang.org/doc/apps/erts/erl_ext_dist.html */
const VERSION = 131;
const LIST = 108;
const NIL = 106;

/** Texts of objects, a slice at a time. */
export type Slices = AsyncIterable<readonly string[]>;

/** Whether the answer is to be in ETF: what the client names first of the two counts. */
function wantsEtf(request: FastifyRequest): boolean {
  const accepted = (request.headers.accept ?? '')
    .split(',')
    .map((range) => range.split(';', 1)[0]?.trim().toLowerCase());
  const wanted = accepted.find((type) => type === ETF_TYPE || type === 'application/json' || type === '*/*');
  return wanted === ETF_TYPE;
}

/** Answers with one JSON text. */
export function sendOne(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
  reply.header('vary', 'accept');
  if (!wantsEtf(request)) return reply.type(JSON_TYPE).send(text);
  return reply.type(ETF_TYPE).send(encodeEtf(JSON.parse(text)));
}

/** Answers with a list. In JSON it leaves as it is read; ETF begins with the number of objects, so it is gathered first. */
export async function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  slices: Slices,
  pace: Pace,
): Promise<FastifyReply> {
  reply.header('vary', 'accept');
  if (wantsEtf(request)) return reply.type(ETF_TYPE).send(await etfList(slices, pace));
  return sendChunks(reply.type(JSON_TYPE), jsonList(slices));
}

/** Answers with texts, one after the other. The first is made before anything is answered, so that a store that fails still is an error. */
export async function sendChunks(reply: FastifyReply, chunks: AsyncGenerator<string>): Promise<FastifyReply> {
  const first = await chunks.next();
  if (first.done === true) return reply.send('');
  const second = await chunks.next();
  if (second.done === true) return reply.send(first.value);
  const rest = async function* (): AsyncGenerator<string> {
    try {
      yield first.value + second.value;
      yield* chunks;
    } finally {
      // The client has gone.
      await chunks.return(undefined);
    }
  };
  return reply.send(Readable.from(rest(), { objectMode: false, highWaterMark: 64 * 1024 }));
}

async function* jsonList(slices: Slices): AsyncGenerator<string> {
  let begin = '[';
  for await (const texts of slices) {
    if (texts.length === 0) continue;
    yield begin + texts.join(',');
    begin = ',';
  }
  yield begin === '[' ? '[]' : ']';
}

async function etfList(slices: Slices, pace: Pace): Promise<Buffer> {
  const terms: Buffer[] = [];
  for await (const texts of slices) {
    for (const text of texts) terms.push(encodeEtf(JSON.parse(text)).subarray(1));
    await pace.spent(texts.length);
  }
  if (terms.length === 0) return Buffer.of(VERSION, NIL);
  const head = Buffer.of(VERSION, LIST, 0, 0, 0, 0);
  head.writeUInt32BE(terms.length, 2);
  return Buffer.concat([head, ...terms, Buffer.of(NIL)]);
}
