import { describe, expect, it } from 'vitest';
import type { Encoding } from '../src/index.ts';
import { decodeEtf, encodeCommand, MAX_COMMAND_BYTES, Op, readPayload } from '../src/index.ts';
import * as term from './erlang-term.ts';
import { wireCode, wireFailure } from './wire-failure.ts';

describe('a command', () => {
  it('is written as op and d', () => {
    expect(encodeCommand({ op: Op.Heartbeat, d: 251 })).toBe('{"op":1,"d":251}');
    expect(encodeCommand({ op: Op.Heartbeat, d: undefined })).toBe('{"op":1,"d":null}');
  });

  it('has its bigints as strings, at any depth', () => {
    const text = encodeCommand({ op: Op.RequestGuildMembers, d: { guild_id: 41771983444115456n, user_ids: [1n] } });
    expect(text).toBe('{"op":8,"d":{"guild_id":"41771983444115456","user_ids":["1"]}}');
  });

  it('can be read again', () => {
    const payload = readPayload(Buffer.from(encodeCommand({ op: Op.Resume, d: { seq: 1 } })));
    expect([payload.op, payload.d]).toEqual([6, { seq: 1 }]);
  });

  it.each([-1, 1.5, NaN, Infinity])('with op %d is refused', (op) => {
    expect(() => encodeCommand({ op, d: null })).toThrow(/^command\.op must be an integer of 0 or more, got /);
  });

  it('with circular data is refused', () => {
    const d: { self?: unknown } = {};
    d.self = d;
    expect(wireCode(() => encodeCommand({ op: 3, d }))).toBe('unencodableCommand');
  });

  it('in an unknown encoding is refused', () => {
    const unknown: string = 'xml';
    expect(() => encodeCommand({ op: 1, d: null }, unknown as Encoding)).toThrow(
      new RangeError("encoding must be one of 'json', 'etf', got \"xml\""),
    );
  });

  it('may have 4,096 bytes', () => {
    expect(MAX_COMMAND_BYTES).toBe(4096);
  });
});

describe('a command in ETF', () => {
  it('has binaries for keys and integers for bigints', () => {
    const bytes: Buffer = encodeCommand({ op: Op.RequestGuildMembers, d: { guild_id: 175928847299117063n } }, 'etf');
    const d = term.map([[term.binary('guild_id'), term.id(175928847299117063n)]]);
    expect(bytes).toEqual(
      term.external(
        term.map([
          [term.binary('op'), term.smallInteger(8)],
          [term.binary('d'), d],
        ]),
      ),
    );
  });

  it('is the same command as in JSON', () => {
    const command = {
      op: Op.Identify,
      d: { token: 'x', properties: { os: 'linux' }, shard: [0, 1], large: undefined },
    };
    expect(decodeEtf(encodeCommand(command, 'etf'))).toEqual(JSON.parse(encodeCommand(command)));
    const encoding: Encoding = 'json';
    const text: string = encodeCommand({ op: Op.Heartbeat, d: undefined }, encoding);
    expect(decodeEtf(encodeCommand({ op: Op.Heartbeat, d: undefined }, 'etf'))).toEqual(JSON.parse(text));
  });

  it('with circular data or a toJSON that throws is refused', () => {
    const d: { self?: unknown } = {};
    d.self = d;
    const thrown = new Error('no');
    const toJSON = (): never => {
      throw thrown;
    };
    expect(wireCode(() => encodeCommand({ op: 3, d }, 'etf'))).toBe('unencodableCommand');
    expect(wireFailure(() => encodeCommand({ op: 3, d: { toJSON } }, 'etf')).cause).toBe(thrown);
  });
});
