import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEditedMessages } from '../src/filters/edited-messages.ts';

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
const EDIT = '2027-01-15T08:00:05.000000+00:00';

describe('the first update of a message', () => {
  test('that can only be its previews is no real edit', () => {
    expect(filter().isRealEdit(update())).toBe(false);
    expect(filter().isRealEdit(update({ flags: 1 << 12, type: 19 }))).toBe(false);
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
    expect(filter().isRealEdit(update(parts))).toBe(true);
  });

  test('that comes two minutes after the message passes: an unpin looks the same', () => {
    expect(filter(10, SENT + 120_000).isRealEdit(update())).toBe(false);
    expect(filter(10, SENT + 120_001).isRealEdit(update())).toBe(true);
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
    messages.isRealEdit(update());
    expect(messages.isRealEdit(update(parts))).toBe(true);
    expect(messages.isRealEdit(update())).toBe(true);
  });

  test('that changes the embeds alone is no real edit, edited before or not, old or new', () => {
    for (const edited_timestamp of [null, EDIT]) {
      const messages = filter(10, SENT + 86_400_000);
      expect(messages.isRealEdit(update({ edited_timestamp, embeds: [] }))).toBe(true);
      expect(messages.isRealEdit(update({ edited_timestamp }))).toBe(false);
    }
  });

  test('that brings people under new names and links signed anew is no real edit', () => {
    const messages = filter();
    const attachments = (signature: string) => [
      { id: '5', url: `https://cdn/x?hm=${signature}`, proxy_url: `https://media/x?hm=${signature}` },
    ];
    messages.isRealEdit(update({ attachments: attachments('a') }));
    expect(
      messages.isRealEdit(
        update({ attachments: attachments('b'), author: { id: '4', username: 'other' }, member: { nick: 'x' } }),
      ),
    ).toBe(false);
  });
});

describe('a partial update', () => {
  test('with embeds and nothing else is no real edit', () => {
    expect(filter().isRealEdit({ id: idAt(SENT), channel_id: '2', guild_id: '3', embeds: [EMBED] })).toBe(false);
  });

  test('with anything else passes and is no base for later ones', () => {
    const messages = filter();
    expect(messages.isRealEdit({ id: idAt(SENT), channel_id: '2', content: 'x', edited_timestamp: EDIT })).toBe(true);
    expect(messages.isRealEdit({ id: idAt(SENT), channel_id: '2' })).toBe(true);
    expect(messages.isRealEdit({ id: idAt(SENT), channel_id: '2', embeds: [], flags: 4 })).toBe(true);
    expect(messages.stamps.size).toBe(0);
  });
});

describe('the memory', () => {
  test('is bounded, and forgets the message that was not updated for longest', () => {
    const messages = filter(3);
    for (let n = 0; n < 3; n += 1) messages.isRealEdit(update({ id: idAt(SENT, n) }));
    messages.isRealEdit(update({ id: idAt(SENT, 0) }));
    messages.isRealEdit(update({ id: idAt(SENT, 9) }));
    expect([...messages.stamps.keys()]).toEqual([2, 0, 9].map((n) => BigInt(idAt(SENT, n))));
    expect([...messages.stamps.values()].every((stamp) => stamp.length < 64)).toBe(true);
  });

  test('may be cleared by its owner', () => {
    const messages = filter();
    messages.isRealEdit(update({ pinned: true }));
    messages.stamps.clear();
    expect(messages.isRealEdit(update())).toBe(false);
  });

  test('takes ids as bigints, too', () => {
    const messages = filter();
    expect(messages.isRealEdit(update({ id: BigInt(idAt(SENT)), guild_id: 3n }))).toBe(false);
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
    expect(filter().isRealEdit(d)).toBe(true);
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
      expect(filter().isRealEdit(d)).toBe(true);
  });

  test('of any shape never throws, and a new edited_timestamp always passes', () => {
    const messages = filter(5);
    let edits = 0;
    const law = fc.property(fc.object({ key: fc.constantFrom(...Object.keys(update())) }), (parts) => {
      expect(typeof messages.isRealEdit(update(parts))).toBe('boolean');
      expect(
        messages.isRealEdit(update({ ...parts, id: idAt(SENT), author: {}, edited_timestamp: `edit ${(edits += 1)}` })),
      ).toBe(true);
    });
    fc.assert(law, { numRuns: 300 });
  });
});
