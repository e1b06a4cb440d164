import { createRequire } from 'node:module';
import { decodeEtf, readEtfPayload, readPayload } from '@shardgate/wire';
import type { Payload } from '@shardgate/wire';
import { mixedEvents } from '../mix/mix.ts';
import { etfMessage } from '../source/etf.ts';
import type { MicroResult } from '../runner/results.ts';

/** Started by the runner; tells one result. Reads data of messages that are there already, a batch at a time, the ways in turn. */
const MESSAGES = 1_000;
const WARMUP_ROUNDS = 20;
const ROUNDS = 40;

interface Erlpack {
  unpack(bytes: Buffer): unknown;
}

function loadErlpack(): Erlpack | undefined {
  try {
    return createRequire(import.meta.url)('erlpack') as Erlpack;
  } catch {
    return undefined;
  }
}

const erlpack = loadErlpack();
const json: Buffer[] = [];
const etf: Buffer[] = [];
const events = mixedEvents('typical', 1);
for (let s = 1; s <= MESSAGES; s++) {
  const { t, d } = events.next().value;
  json.push(Buffer.from(JSON.stringify({ t, s, op: 0, d })));
  etf.push(etfMessage({ t, s, op: 0, d }));
}

/** Kept, as a payload keeps its data: what is thrown away at once is cheaper to collect. */
const kept: unknown[] = [];

function readEach(read: (bytes: Buffer) => unknown, messages: readonly Buffer[]): () => void {
  return () => {
    for (const [index, bytes] of messages.entries()) kept[index] = read(bytes);
  };
}

function readPayloads(payloads: readonly Payload[]): () => void {
  return () => {
    for (const [index, payload] of payloads.entries()) kept[index] = payload.d;
  };
}

/** What is prepared outside the clock, and what is timed. */
const ways: Readonly<Record<keyof Omit<MicroResult, 'mix'>, () => () => void>> = {
  payloadJson: () => readPayloads(json.map((bytes) => readPayload(bytes))),
  jsonParse: () => readEach((bytes) => JSON.parse(bytes.toString()), json),
  payloadEtf: () => readPayloads(etf.map((bytes) => readEtfPayload(bytes))),
  decodeEtf: () => readEach(decodeEtf, etf),
  erlpack: () => readEach((bytes) => erlpack?.unpack(bytes), etf),
};

const result = {
  mix: 'typical' as const,
  payloadJson: [],
  jsonParse: [],
  payloadEtf: [],
  decodeEtf: [],
  erlpack: [],
} as {
  mix: 'typical';
} & Record<keyof typeof ways, number[]>;

const names = (Object.keys(ways) as (keyof typeof ways)[]).filter(
  (name) => name !== 'erlpack' || erlpack !== undefined,
);
for (let round = 0; round < WARMUP_ROUNDS + ROUNDS; round++) {
  const first = round % names.length;
  for (const name of [...names.slice(first), ...names.slice(0, first)]) {
    const read = ways[name]();
    kept.length = 0;
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    read();
    const after = process.cpuUsage();
    const nanoseconds = ((after.user + after.system - user - system) * 1_000) / MESSAGES;
    if (round >= WARMUP_ROUNDS) result[name].push(nanoseconds);
  }
}

const told: MicroResult = { ...result, erlpack: erlpack === undefined ? null : result.erlpack };
process.send?.({ kind: 'micro', ...told });
process.on('disconnect', () => process.exit());
