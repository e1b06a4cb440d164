import { inspect } from 'node:util';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Compression } from '../src/index.ts';
import { createFrameDecoder, encodeEtf, readEtfPayload } from '../src/index.ts';
import { deflateStream } from './deflate.ts';
import * as term from './erlang-term.ts';
import { wireCode } from './wire-failure.ts';

const lookAlike = term.map([
  [term.atom('op'), term.smallInteger(9)],
  [term.atom('s'), term.smallInteger(99)],
  [term.atom('t'), term.atom('FAKE')],
]);
const data = term.map([
  [term.atom('author'), lookAlike],
  [term.atom('id'), term.id(175928847299117063n)],
]);
const dataValue = { author: { op: 9, s: 99, t: 'FAKE' }, id: '175928847299117063' };
const dispatch = term.etfDispatch('MESSAGE_CREATE', 42, data);
const message = (...members: readonly (readonly [string, Buffer])[]): Buffer =>
  term.external(term.map(members.map(([key, value]) => [term.atom(key), value])));
const header = (bytes: Buffer): unknown[] => {
  const { op, s, t } = readEtfPayload(bytes);
  return [op, s, t];
};

describe('the header of a message in ETF', () => {
  it('is the same in every key order, whatever the keys are', () => {
    const members = [
      ['t', term.atom('X')],
      ['s', term.smallInteger(7)],
      ['op', term.smallInteger(0)],
      ['d', data],
    ] as const;
    const orders = members.flatMap((a) =>
      members.flatMap((b) => members.flatMap((c) => members.map((d) => [a, b, c, d]))),
    );
    const permutations = orders.filter((order) => new Set(order).size === 4);
    expect(permutations).toHaveLength(24);
    for (const order of permutations) {
      for (const key of [term.atom, term.smallAtom, term.atomUtf8, term.smallAtomUtf8, term.binary]) {
        const payload = readEtfPayload(term.external(term.map(order.map(([name, value]) => [key(name), value]))));
        expect([payload.op, payload.s, payload.t, payload.d]).toEqual([0, 7, 'X', dataValue]);
      }
    }
  });

  it('takes the last of repeated keys', () => {
    const twice = message(
      ['d', term.nil],
      ['op', term.smallInteger(1)],
      ['op', term.smallInteger(0)],
      ['s', term.smallInteger(1)],
      ['s', term.integer(2)],
      ['t', term.atom('A')],
      ['t', term.binary('B')],
      ['d', data],
    );
    expect(header(twice)).toEqual([0, 2, 'B']);
    expect(readEtfPayload(twice).d).toEqual(dataValue);
  });

  it.each<[string, Buffer, number | null]>([
    ['1 byte', term.smallInteger(0), 0],
    ['4 bytes', term.integer(2 ** 31 - 1), 2 ** 31 - 1],
    ['a big integer', term.smallBig([0, 0, 0, 0, 1]), 2 ** 32],
    ['a large big integer', term.largeBig([5]), 5],
    ['a big integer past 2^53', term.id(2n ** 53n), null],
    ['a number below 0', term.integer(-1), null],
    ['a text', term.binary('5'), null],
    ['nil', term.atom('nil'), null],
    ['a float', term.newFloat(5), null],
  ])('reads the sequence in %s', (_name, s, value) => {
    expect(header(message(['op', term.smallInteger(0)], ['s', s]))).toEqual([0, value, null]);
  });

  it('gives a sequence to dispatches only', () => {
    expect(header(message(['op', term.smallInteger(11)], ['s', term.smallInteger(5)]))).toEqual([11, null, null]);
  });

  it.each<[string, Buffer]>([
    ['without an op', message(['d', term.nil])],
    ['with an op below 0', message(['op', term.integer(-1)])],
    ['with an op that is a text', message(['op', term.binary('0')])],
    ['with a number as its name', message(['op', term.smallInteger(0)], ['t', term.smallInteger(5)])],
    ['with an id as its name', message(['op', term.smallInteger(0)], ['t', term.id(2n ** 60n)])],
    ['with a name that is true', message(['op', term.smallInteger(0)], ['t', term.atom('true')])],
    ['that is a list', term.external(term.list([]))],
    ['that is compressed', Buffer.from('8350000000017800', 'hex')],
    ['with a byte too many', Buffer.concat([dispatch, Buffer.of(0)])],
    ['of another version', Buffer.concat([Buffer.of(130), dispatch.subarray(1)])],
    ['that is JSON', Buffer.from('{"op":11}')],
    ['of no bytes', Buffer.alloc(0)],
  ])('is refused in a message %s', (_name, bytes) => {
    expect(wireCode(() => readEtfPayload(bytes))).toBe('malformedPayload');
  });

  it('is refused wherever the message is cut', () => {
    for (let at = 0; at < dispatch.length; at++) {
      expect(wireCode(() => readEtfPayload(dispatch.subarray(0, at)))).toBe('malformedPayload');
    }
  });
});

describe('a payload in ETF', () => {
  it('keeps the bytes it came with and reads its data once', () => {
    const payload = readEtfPayload(dispatch);
    expect([payload.encoding, payload.op, payload.s, payload.t]).toEqual(['etf', 0, 42, 'MESSAGE_CREATE']);
    expect(payload.bytes).toBe(dispatch);
    expect(payload.d).toEqual(dataValue);
    expect(payload.d).toBe(payload.d);
  });

  it('has undefined for data where the message has none', () => {
    expect(readEtfPayload(message(['op', term.smallInteger(11)])).d).toBeUndefined();
  });

  it('is written as op, d, s, t', () => {
    expect(JSON.stringify(readEtfPayload(dispatch))).toBe(
      JSON.stringify({ op: 0, d: dataValue, s: 42, t: 'MESSAGE_CREATE' }),
    );
  });

  it.each([dispatch, message(['op', term.smallInteger(0)], ['s', term.smallInteger(5)])])(
    'under another name has bytes, header and data that agree',
    (bytes) => {
      const original = readEtfPayload(bytes);
      for (const name of ['GUILD_LOADED', 'É𝕏']) {
        const renamed = original.withName(name);
        for (const payload of [renamed, readEtfPayload(renamed.bytes)]) {
          expect([payload.op, payload.s, payload.t, payload.d]).toEqual([0, original.s, name, original.d]);
        }
      }
    },
  );

  it('shows no data when it is inspected', () => {
    const shown = inspect(readEtfPayload(encodeEtf({ op: 2, d: { token: 'abc' } })), { depth: 9, showHidden: true });
    expect(shown).toBe('{ op: 2, s: null, t: null, bytes: 44 }');
  });
});

describe('a decoder for ETF', () => {
  it('reads binary frames and refuses text frames', () => {
    const decoder = createFrameDecoder({ encoding: 'etf', compression: 'none', maxMessageBytes: dispatch.length });
    expect(decoder.push(dispatch, true)?.bytes).toEqual(dispatch);
    expect(wireCode(() => decoder.push(dispatch, false))).toBe('unexpectedTextFrame');
    expect(wireCode(() => decoder.push(Buffer.concat([dispatch, dispatch]), true))).toBe('messageTooLarge');
    expect(decoder.push(dispatch, true)?.d).toEqual(dataValue);
  });

  it('reads a zlib stream, its messages split or whole', async () => {
    const decoder = createFrameDecoder({ encoding: 'etf' });
    for (const frame of await deflateStream([dispatch, dispatch])) {
      expect(decoder.push(frame.subarray(0, 9), true)).toBeUndefined();
      expect(decoder.push(frame.subarray(9), true)?.d).toEqual(dataValue);
    }
    decoder.close();
  });

  it('refuses payload compression, which is for JSON', () => {
    expect(() => createFrameDecoder({ encoding: 'etf', compression: 'payload' })).toThrow(
      new RangeError(
        "compression 'payload' is for encoding 'json' only; with 'etf' use 'none', 'zlib-stream' or 'zstd-stream'",
      ),
    );
  });

  it.each<Compression>(['none', 'zlib-stream'])('with compression %s refuses JSON and goes on', async (compression) => {
    const decoder = createFrameDecoder({ encoding: 'etf', compression });
    const messages = [Buffer.from('{"op":11}'), dispatch];
    const [json, good] = compression === 'none' ? messages : await deflateStream(messages);
    expect(wireCode(() => decoder.push(json ?? deflateSync(''), true))).toBe('malformedPayload');
    expect(decoder.push(good ?? deflateSync(''), true)?.s).toBe(42);
    decoder.close();
  });
});
