import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { Payload } from '../src/index.ts';
import { decodeEtf, encodeEtf, readEtfPayload, readPayload } from '../src/index.ts';
import { dispatch } from './deflate.ts';
import { wireCode, wireFailure } from './wire-failure.ts';

const read = (text: string): Payload => readPayload(Buffer.from(text));
const header = (text: string): unknown[] => {
  const { op, s, t } = read(text);
  return [op, s, t];
};

describe('the header', () => {
  it('of a dispatch in Discord’s order is read', () => {
    expect(header(dispatch('MESSAGE_CREATE', 42, { id: '1' }))).toEqual([0, 42, 'MESSAGE_CREATE']);
  });

  it('is read without parsing the data', () => {
    const parse = vi.spyOn(JSON, 'parse');
    try {
      header(dispatch('MESSAGE_CREATE', 42, { id: '1' }));
      expect(parse).not.toHaveBeenCalled();
    } finally {
      parse.mockRestore();
    }
  });

  it('is the same in every key order', () => {
    const members = ['"t":"X"', '"s":7', '"op":0', '"d":{"t":"no","s":1,"op":2}'];
    const orders = members.flatMap((a) =>
      members.flatMap((b) => members.flatMap((c) => members.map((d) => [a, b, c, d]))),
    );
    const permutations = orders.filter((order) => new Set(order).size === 4);
    expect(permutations).toHaveLength(24);
    for (const order of permutations) {
      const payload = read(`{${order.join(',')}}`);
      expect([payload.op, payload.s, payload.t, payload.d]).toEqual([0, 7, 'X', { t: 'no', s: 1, op: 2 }]);
    }
  });

  it('is not taken from look-alikes in the data', () => {
    expect(header('{"d":{"op":9,"t":"FAKE","s":99},"op":0,"s":3,"t":"REAL"}')).toEqual([0, 3, 'REAL']);
    expect(header('{"d":"\\"op\\":9,\\"t\\":\\"FAKE\\"}","op":11}')).toEqual([11, null, null]);
  });

  it('may have white space and escaped keys and names', () => {
    expect(header(' {\r\n\t"\\u006fp" : 0 , "\\u0073":5,"t":"\\u0041B\\"" , "\\u0064":{} } ')).toEqual([0, 5, 'AB"']);
    expect(header('{"\\u006f\\u0070":4}')).toEqual([4, null, null]);
  });

  it('takes the last of repeated keys, as JSON.parse does', () => {
    expect(header('{"op":1,"op":0,"s":1,"s":2,"t":"A","t":"B","d":1,"d":2}')).toEqual([0, 2, 'B']);
    expect(header('{"t":"A","s":1,"op":0,"d":{},"t":"B","s":2}')).toEqual([0, 2, 'B']);
  });

  it('gives each event its name, known or new, long or not ASCII', () => {
    const names = ['MESSAGE_CREATE', 'MESSAGE_UPDATE', 'É_VENT', 'A'.repeat(300), 'MESSAGE_CREATE'];
    expect(names.map((name) => read(dispatch(name, 1, {})).t)).toEqual(names);
  });

  it('survives more event names than the table of names holds', () => {
    for (let i = 0; i < 5000; i++) expect(read(dispatch(`EVENT_${i}`, i, {})).t).toBe(`EVENT_${i}`);
  });

  it.each(['1e400', '9007199254740993', '123456789012345678901', '-1', '1.5', '"5"', 'null', '{}', '[1]', 'true'])(
    'reads the impossible sequence %s as null',
    (s) => expect(header(`{"t":"X","s":${s},"op":0,"d":{}}`)).toEqual([0, null, 'X']),
  );

  it.each([
    ['0', 0],
    ['1e2', 100],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['999999999999999', 999_999_999_999_999],
    ['5.0', 5],
    ['-0', 0],
  ])('reads the sequence %s as %d', (text, s) =>
    expect(header(`{"t":"X","s":${text},"op":0,"d":{}}`)).toEqual([0, s, 'X']),
  );

  it('gives a sequence to dispatches only', () => {
    expect(header('{"t":null,"s":5,"op":11,"d":null}')).toEqual([11, null, null]);
  });
});

describe('a message', () => {
  it.each([
    '',
    ' ',
    '[]',
    'null',
    '1',
    '"x"',
    '{',
    '{}',
    '{"d":{}}',
    '{"op":0',
    '{"op":0}x',
    '{"op":0}}',
    '{"op":0,}',
    '{,"op":0}',
  ])('%j is refused', (text) => expect(wireCode(() => read(text))).toBe('malformedPayload'));

  it.each(['-1', '1.5', '1e400', '"0"', 'null', 'true', '[0]', '{}', '01', '+1', '.5', '1.', '0x1', '-'])(
    'with op %s is refused',
    (op) => {
      expect(wireCode(() => read(`{"op":${op}}`))).toBe('malformedPayload');
    },
  );

  it('with a name that is no string is refused', () => {
    expect(wireCode(() => read('{"op":0,"t":5}'))).toBe('malformedPayload');
  });

  it.each([
    '"\\x"',
    '"\\u12g4"',
    '"\\u123"',
    '"\n"',
    '"',
    'tru',
    'nul',
    '[1',
    '[1,]',
    '[1 2]',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '[}',
    '{]',
    '{1:1}',
  ])('with the broken value %j beside its header is refused', (value) =>
    expect(wireCode(() => read(`{"op":0,"x":${value}}`))).toBe('malformedPayload'),
  );

  it('that is not UTF-8 is refused', () => {
    const bytes = Buffer.from(dispatch('X', 1, { name: 'abc' }));
    bytes[bytes.indexOf('abc')] = 0xff;
    expect(wireCode(() => readPayload(bytes))).toBe('invalidUtf8');
  });

  it('nested a million deep is walked without a stack', () => {
    const deep = `${'[{"a":'.repeat(500_000)}1${'}]'.repeat(500_000)}`;
    expect(header(`{"op":0, "d":${deep},"t":"X"}`)).toEqual([0, null, 'X']);
    expect(wireCode(() => read(`{"op":0, "d":${deep}],"t":"X"}`))).toBe('malformedPayload');
  });

  it('never lends its content to an error', () => {
    const secret = 'MTk4.secret';
    for (const text of [
      `{"op":2,"d":{"token":"${secret}`,
      `{"op":"${secret}"}`,
      `{"t":"X","s":1,"op":0,"d":{"k":"${secret}"x}}`,
    ]) {
      const failure = wireFailure(() => read(text).d);
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('secret');
    }
  });
});

describe('the data', () => {
  it('is parsed once, when first read', () => {
    const payload = read(dispatch('X', 1, { id: '1' }));
    const parse = vi.spyOn(JSON, 'parse');
    try {
      const first = payload.d;
      expect(first).toEqual({ id: '1' });
      expect(payload.d).toBe(first);
      expect(parse).toHaveBeenCalledTimes(1);
    } finally {
      parse.mockRestore();
    }
  });

  it.each(['null', 'false', '0', '"x"', '[1,2]', '{}', '{"a":{}}'])('may be %s', (d) => {
    expect(read(`{"t":null,"s":null,"op":9,"d":${d}}`).d).toEqual(JSON.parse(d));
    expect(read(`{"t":"X","s":1,"op":0,"d":${d}}`).d).toEqual(JSON.parse(d));
  });

  it('is undefined when the message has none', () => {
    expect(read('{"op":11}').d).toBeUndefined();
  });

  it('that is broken behind a good header fails when it is read, each time', () => {
    const payload = read('{"t":"X","s":1,"op":0,"d":{"a":nope}}');
    expect(wireCode(() => payload.d)).toBe('malformedPayload');
    expect(wireCode(() => payload.d)).toBe('malformedPayload');
  });

  it('is found although unknown members follow it', () => {
    expect(read('{"t":"X","s":1,"op":0,"d":{"a":{}},"x":{"b":{}}}').d).toEqual({ a: {} });
  });

  it('is refused when the header is contradicted behind it', () => {
    expect(wireCode(() => read('{"t":"A","s":1,"op":0,"d":{},"t":"B","x":{}}').d)).toBe('malformedPayload');
  });

  it('keeps a __proto__ member as plain data', () => {
    const { d } = read('{"t":"X","s":1,"op":0,"d":{"__proto__":{"evil":true}},"__proto__":{"op":1}}');
    expect(Object.getPrototypeOf(d)).toBe(Object.prototype);
    expect(Object.keys(Object(d))).toEqual(['__proto__']);
    expect('evil' in {}).toBe(false);
  });
});

describe('a payload', () => {
  it('is written as op, d, s, t', () => {
    expect(JSON.stringify(read(dispatch('X', 1, { a: 1 })))).toBe('{"op":0,"d":{"a":1},"s":1,"t":"X"}');
    expect(JSON.stringify(read('{"op":11}'))).toBe('{"op":11,"s":null,"t":null}');
  });

  it('keeps the bytes it came with', () => {
    const bytes = Buffer.from(' {"op" :1,"d":null}');
    expect(readPayload(bytes).bytes).toBe(bytes);
  });

  it('shows no data when it is inspected', () => {
    const shown = inspect(read('{"op":2,"d":{"token":"abc"}}'), { depth: 9, showHidden: true });
    expect(shown).toBe('{ op: 2, s: null, t: null, bytes: 28 }');
  });

  it.each([
    dispatch('GUILD_CREATE', 5, { id: '1', name: 'é "t":"x"' }),
    '{"d":{"id":"1"} , "op":0,"s":5,"t":"A"}',
    '{"t":"A","s":5,"op":0}',
  ])('%j under another name has bytes, header and data that agree', (text) => {
    const original = read(text);
    const renamed = original.withName('GUILD_"LOADED"');
    const again = readPayload(renamed.bytes);
    for (const payload of [renamed, again]) {
      expect([payload.op, payload.s, payload.t, payload.d]).toEqual([0, 5, 'GUILD_"LOADED"', original.d]);
    }
    expect(original.t).not.toBe(renamed.t);
  });

  it('shares data that was already parsed with the one under another name', () => {
    const original = read(dispatch('GUILD_CREATE', 5, { id: '1' }));
    const { d } = original;
    expect(original.withName('X').d).toBe(d);
  });
});

it('dBytes are those of d, unread', () => {
  const payload = readPayload(Buffer.from('{"t":"TYPING_START","s":7,"op":0,"d":{"a":[1,{}]}}'));
  expect(payload.dBytes?.toString()).toBe('{"a":[1,{}]}');
  expect(readPayload(Buffer.from('{ "d" : "x" , "op": 10 }')).dBytes?.toString()).toBe('"x"');
  expect(readPayload(Buffer.from('{"op":11}')).dBytes).toBeUndefined();
  const etf = encodeEtf({ op: 10, d: { a: [1] } });
  const version = etf.subarray(0, 1);
  expect(decodeEtf(Buffer.concat([version, readEtfPayload(etf).dBytes ?? etf]))).toEqual({ a: [1] });
});
