import { describe, expect, it } from 'vitest';
import type { Encoding } from '../src/index.ts';
import { encodeCommand, MAX_COMMAND_BYTES, Op, readPayload } from '../src/index.ts';
import { wireCode } from './wire-failure.ts';

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

  it('in an encoding that is not there yet is refused', () => {
    const later: string = 'etf';
    expect(wireCode(() => encodeCommand({ op: 1, d: null }, later as Encoding))).toBe('unsupported');
  });

  it('may have 4,096 bytes', () => {
    expect(MAX_COMMAND_BYTES).toBe(4096);
  });
});
