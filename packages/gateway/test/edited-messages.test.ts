import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEditedMessages, type EditedMessages } from '../src/filters/edited-messages.ts';
import { readTextTraits } from '../src/filters/message-text.ts';

const SENT = 1_800_000_000_000;
const idAt = (time: number, n = 0): string => String((BigInt(time - 1_420_070_400_000) << 22n) + BigInt(n));
const EMBED = { type: 'link', url: 'https://example.com', title: 'Example' };

function update(parts: object = {}): Record<string, unknown> {
  return {
    id: idAt(SENT),
    channel_id: '2',
    guild_id: '3',
    type: 0,
    author: { id: '4', username: 'someone' },
    member: { nick: null },
    content: 'see https://example.com',
    timestamp: new Date(SENT).toISOString(),
    edited_timestamp: null,
    pinned: false,
    flags: 0,
    attachments: [],
    embeds: [EMBED],
    mentions: [],
    components: [],
    ...parts,
  };
}

/** A filter two seconds after the message was sent. */
const filter = (limit = 10_000, now = SENT + 2_000) => createEditedMessages({ limit, clock: { wallTime: () => now } });

/** As Discord's JSON brings it, and as an object that was decoded before. */
const WAYS = ['text', 'parsed'] as const;
type Way = (typeof WAYS)[number];

function tell(messages: EditedMessages, d: unknown, way: Way): boolean {
  if (way === 'parsed') return messages.isRealEdit({ encoding: 'etf', dBytes: undefined, d });
  const text = JSON.stringify(d);
  return messages.isRealEdit({ encoding: 'json', dBytes: Buffer.from(text), d: JSON.parse(text) });
}

const EDIT = '2027-01-15T08:00:05.000000+00:00';

describe.each(WAYS)('from the message as %s', (way) => {
  const isRealEdit = (messages: EditedMessages, d: unknown): boolean => tell(messages, d, way);

  describe('the first update of a message', () => {
    test('that can only be its previews is no real edit', () => {
      expect(isRealEdit(filter(), update())).toBe(false);
      expect(isRealEdit(filter(), update({ flags: 1 << 12, type: 19 }))).toBe(false);
    });

    test.each([
      ['an edit', { edited_timestamp: EDIT }],
      ['a pin', { pinned: true }],
      ['suppressed embeds', { flags: 4, embeds: [] }],
      ['a crosspost', { flags: 1 }],
      ['a thread', { flags: 32, thread: { id: '9' } }],
      ['a poll', { poll: { results: { is_finalized: true } } }],
      ['a deferred reply that is filled in', { type: 20, application_id: '7', interaction_metadata: { id: '8' } }],
      ['a follow-up of a command', { application_id: '7' }],
      ['an update without embeds', { embeds: [] }],
      ['a message of an unknown type', { type: 99 }],
      ['a message whose pin state is unknown', { pinned: undefined }],
    ])('that is %s passes', (_, parts) => {
      expect(isRealEdit(filter(), update(parts))).toBe(true);
    });

    test('that comes two minutes after the message passes: an unpin looks the same', () => {
      expect(isRealEdit(filter(10, SENT + 120_000), update())).toBe(false);
      expect(isRealEdit(filter(10, SENT + 120_001), update())).toBe(true);
    });
  });

  describe('a later update', () => {
    test.each([
      ['content', { content: 'new', edited_timestamp: EDIT }],
      ['a new edit of the same content', { edited_timestamp: EDIT }],
      ['a pin', { pinned: true }],
      ['suppressed embeds', { flags: 4, embeds: [] }],
      ['a thread', { flags: 32, thread: { id: '9' } }],
      ['a poll', { poll: { results: {} } }],
      ['attachments', { attachments: [{ id: '5' }] }],
      ['components', { components: [{ type: 1 }] }],
      ['anything else', { something: 'new' }],
    ])('that changes %s is told, and told when it is taken back', (_, parts) => {
      const messages = filter();
      isRealEdit(messages, update());
      expect(isRealEdit(messages, update(parts))).toBe(true);
      expect(isRealEdit(messages, update())).toBe(true);
    });

    test('that changes the embeds alone is no real edit, edited before or not, old or new', () => {
      for (const edited_timestamp of [null, EDIT]) {
        const messages = filter(10, SENT + 86_400_000);
        expect(isRealEdit(messages, update({ edited_timestamp, embeds: [] }))).toBe(true);
        expect(isRealEdit(messages, update({ edited_timestamp }))).toBe(false);
      }
    });

    test('that brings people under new names and links signed anew is no real edit', () => {
      const messages = filter();
      const attachments = (signature: string) => [
        { id: '5', url: `https://cdn/x?hm=${signature}`, proxy_url: `https://media/x?hm=${signature}` },
      ];
      isRealEdit(messages, update({ attachments: attachments('a') }));
      expect(
        isRealEdit(
          messages,
          update({ attachments: attachments('b'), author: { id: '4', username: 'other' }, member: { nick: 'x' } }),
        ),
      ).toBe(false);
    });
  });

  describe('a partial update', () => {
    test('with embeds and nothing else is no real edit', () => {
      expect(isRealEdit(filter(), { id: idAt(SENT), channel_id: '2', guild_id: '3', embeds: [EMBED] })).toBe(false);
    });

    test('with anything else passes and is no base for later ones', () => {
      const messages = filter();
      expect(isRealEdit(messages, { id: idAt(SENT), channel_id: '2', content: 'x', edited_timestamp: EDIT })).toBe(
        true,
      );
      expect(isRealEdit(messages, { id: idAt(SENT), channel_id: '2' })).toBe(true);
      expect(isRealEdit(messages, { id: idAt(SENT), channel_id: '2', embeds: [], flags: 4 })).toBe(true);
      expect(messages.stamps.size).toBe(0);
    });
  });
});

const isRealEdit = (messages: EditedMessages, d: unknown): boolean => tell(messages, d, 'parsed');

describe('the memory', () => {
  test('is bounded, and forgets the message that was not updated for longest', () => {
    const messages = filter(3);
    for (let n = 0; n < 3; n += 1) isRealEdit(messages, update({ id: idAt(SENT, n) }));
    isRealEdit(messages, update({ id: idAt(SENT, 0) }));
    isRealEdit(messages, update({ id: idAt(SENT, 9) }));
    expect(new Set(messages.stamps.keys())).toEqual(new Set([2, 0, 9].map((n) => BigInt(idAt(SENT, n)))));
    expect([...messages.stamps.values()].every((stamp) => /^[0-9a-f]{16}$/.test(stamp))).toBe(true);
  });

  test('never holds more than its limit, and what was updated lately', () => {
    const messages = filter(1_000);
    for (let n = 0; n < 5_000; n += 1) isRealEdit(messages, update({ id: idAt(SENT, n) }));
    expect(messages.stamps.size).toBe(1_000);
    expect(messages.stamps.has(BigInt(idAt(SENT, 4_999)))).toBe(true);
  });

  test('is shown as a live map', () => {
    const messages = filter(20);
    const [id, other] = [BigInt(idAt(SENT)), BigInt(idAt(SENT, 1))];
    isRealEdit(messages, update());
    const stamp = messages.stamps.get(id) ?? '';
    expect([...messages.stamps]).toEqual([[id, stamp]]);
    messages.stamps.set(other, stamp);
    expect(isRealEdit(messages, update({ id: String(other) }))).toBe(true);
    expect(messages.stamps.delete(other)).toBe(true);
    expect([messages.stamps.delete(other), messages.stamps.has(other), messages.stamps.size]).toEqual([
      false,
      false,
      1,
    ]);
    messages.stamps.set(id, 'ffffffff00000000');
    expect(messages.stamps.get(id)).toBe('ffffffff00000000');
    expect(isRealEdit(messages, update())).toBe(true);
    expect(() => messages.stamps.set(id, 'x')).toThrow(
      `the stamp of message ${id}: expected 16 hexadecimal digits, got "x"`,
    );
    messages.stamps.clear();
    expect([...messages.stamps.entries()]).toEqual([]);
  });

  test('may be cleared by its owner', () => {
    const messages = filter();
    isRealEdit(messages, update({ pinned: true }));
    messages.stamps.clear();
    expect(isRealEdit(messages, update())).toBe(false);
  });

  test('takes ids as bigints, too', () => {
    const messages = filter();
    expect(isRealEdit(messages, update({ id: BigInt(idAt(SENT)), guild_id: 3n }))).toBe(false);
    expect(messages.stamps.has(BigInt(idAt(SENT)))).toBe(true);
  });

  test('with a wrong limit is refused at creation', () => {
    expect(() => createEditedMessages({ limit: 0 })).toThrow(
      'option limit: expected a whole number of 1 or more, got 0',
    );
  });
});

describe('hostile data', () => {
  test.each([null, undefined, 7, 'x', [], {}, { id: 'x', author: {} }, { id: 1, author: {} }])('passes: %j', (d) => {
    expect(isRealEdit(filter(), d)).toBe(true);
  });

  test('that is circular, too deep or throws when read passes', () => {
    const circular = update();
    circular['self'] = circular;
    let deep: unknown[] = [];
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    const refuse = (): never => {
      throw new Error('no');
    };
    const throwing = Object.defineProperty(update(), 'flags', { enumerable: true, get: refuse });
    for (const d of [circular, update({ deep }), throwing, new Proxy({}, { get: refuse })])
      expect(isRealEdit(filter(), d)).toBe(true);
  });

  test('of any shape never throws, and a new edited_timestamp always passes', () => {
    const messages = filter(5);
    let edits = 0;
    const law = fc.property(fc.object({ key: fc.constantFrom(...Object.keys(update())) }), (parts) => {
      expect(typeof isRealEdit(messages, update(parts))).toBe('boolean');
      expect(
        isRealEdit(
          messages,
          update({ ...parts, id: idAt(SENT), author: {}, edited_timestamp: `edit ${(edits += 1)}` }),
        ),
      ).toBe(true);
    });
    fc.assert(law, { numRuns: 300 });
  });
});

describe('the text of a message', () => {
  const scalar = fc.oneof(
    fc.constantFrom(null, false, true, 0, 19, 2, 4096, 4, -4, -5e-324, 1.5, 1e21, '', 'x', '\u{1F600}"\\'),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  const value = fc.oneof(
    { weight: 6, arbitrary: scalar },
    {
      weight: 2,
      arbitrary: fc.constantFrom([], {}, [EMBED], ['7'], { id: '5', url: 'https://a', proxy_url: 'b' }, [[]]),
    },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );
  const keys = [
    ...Object.keys(update()),
    'poll',
    'thread',
    'application_id',
    'mention_roles',
    'message_reference',
    'other',
  ];
  const message = fc.tuple(
    fc.constantFrom(0, 1),
    fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 3 }),
    fc.constantFrom<object>({}, {}, {}, { embeds: [] }, { edited_timestamp: EDIT }, { flags: 1 << 12 }),
  );

  test('tells any two letters in another case', () => {
    const letters = 'abcdefghijklmnop'.split('');
    const stamps = (content: string) => readTextTraits(Buffer.from(JSON.stringify(update({ content }))));
    const before = stamps(letters.join(''));
    for (const first of letters.keys())
      for (let second = 0; second < first; second++) {
        const after = stamps(
          letters.map((letter, at) => (at === first || at === second ? letter.toUpperCase() : letter)).join(''),
        );
        expect(after?.stampA).not.toBe(before?.stampA);
        expect(after?.stampB).not.toBe(before?.stampB);
      }
  });

  test('of two messages that differ has different traits', () => {
    const law = fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 40 }), (before, after) => {
      const [one, other] = [before, after].map((content) =>
        readTextTraits(Buffer.from(JSON.stringify(update({ content })))),
      );
      expect(one?.stampA === other?.stampA).toBe(before === after);
      expect(one?.stampB === other?.stampB).toBe(before === after);
    });
    fc.assert(law, { numRuns: 5_000 });
  });

  test('decides as its parsed form does, whatever was decided before', () => {
    const law = fc.property(fc.array(message, { minLength: 2, maxLength: 8 }), (messages) => {
      const [text, parsed] = [filter(), filter()];
      for (const [n, parts, more] of messages) {
        const d = update({ id: idAt(SENT, n), ...more, ...parts });
        expect(tell(text, d, 'text')).toBe(tell(parsed, JSON.parse(JSON.stringify(d)), 'parsed'));
      }
    });
    fc.assert(law, { numRuns: 5_000 });
  });

  test.each([
    ['a letter', 'see it', 'see It'],
    ['two fours that change places', 'abcdefgh', 'efghabcd'],
    ['a letter at the end', 'abcde', 'abcdf'],
    ['a letter beyond Latin', 'abc\u{1F600}', 'abc\u{1F601}'],
  ])('tells %s of the content, and of what is in a list', (_, before, after) => {
    for (const parts of [
      (text: string) => ({ content: text }),
      (text: string) => ({ attachments: [{ id: text, url: text }] }),
    ]) {
      const messages = filter();
      expect(tell(messages, update(parts(before)), 'text')).toBe(false);
      expect(tell(messages, update(parts(before)), 'text')).toBe(false);
      expect(tell(messages, update(parts(after)), 'text')).toBe(true);
    }
  });

  test('is enough for nearly every message', () => {
    const read = (parts: object): boolean => readTextTraits(Buffer.from(JSON.stringify(update(parts)))) !== undefined;
    expect(read({ mention_roles: ['7'], message_reference: { message_id: '8', channel_id: '2' }, type: 19 })).toBe(
      true,
    );
    expect(read({ mentions: [{ id: '5', member: {} }], referenced_message: { id: '9' }, components: [] })).toBe(true);
    expect(read({ attachments: [{ id: '5', url: 'https://a' }], components: [{ type: 1, components: [{}] }] })).toBe(
      true,
    );
  });

  test.each([
    ['no author', JSON.stringify(update({ author: null }))],
    ['an escape in a key', JSON.stringify(update()).replace('"pinned"', '"\\u0070inned"')],
    ['damage', `${JSON.stringify(update()).slice(0, -1)},}`],
    ['something behind it', `${JSON.stringify(update())},"x":{}`],
    ['another root', '[]'],
    ['an id that is none', JSON.stringify(update({ id: 'x' }))],
  ])('does not decide for a message with %s', (_, text) => {
    expect(readTextTraits(Buffer.from(text))).toBeUndefined();
  });
});
