import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/ports/clock.ts';
import type { EventReceiverOptions } from '../src/receiver/receiver-options.ts';
import { eventBody, ways } from './receiver-bed.ts';

const NOW_S = 1_700_000_000;
const clock = { ...systemClock, wallTime: () => NOW_S * 1000 };

/** Signs as the contract says, with nothing of ours. */
function signed(body: string, key = 'signing-key', timestamp = NOW_S): Record<string, string> {
  const digest = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
  return { 'shardgate-timestamp': String(timestamp), 'shardgate-signature': `v1=${digest}` };
}

const start = (options: EventReceiverOptions = {}) => {
  const got: (string | null)[] = [];
  const handler = ({ id, seq }: { id: string | null; seq: number | null }) => got.push(id ?? String(seq));
  return ways.handle({ signingKey: 'signing-key', clock, handler, ...options }).then((bed) => ({ ...bed, got }));
};
const body = eventBody(1);

describe('a signed request', () => {
  it('is accepted as openssl would have signed it', async () => {
    // printf '1700000000.{"shardId":0,"data":{"op":10,"t":null}}' | openssl dgst -sha256 -hmac key
    const { send } = await start({ signingKey: 'key' });
    const signature = 'v1=b03e3bcae3727a42dd4f9f88c510635b199c762e3a666ec9d1c03b84567f8154';
    const headers = { 'shardgate-timestamp': '1700000000', 'shardgate-signature': signature };
    expect((await send({ headers, body: '{"shardId":0,"data":{"op":10,"t":null}}' })).status).toBe(204);
  });

  it.each([0, 299, 300, -300])('is accepted when it was signed %i s ago', async (agoSeconds) => {
    const { send } = await start();
    expect((await send({ headers: signed(body, 'signing-key', NOW_S - agoSeconds), body })).status).toBe(204);
  });

  it.each([
    [301, 'signed 301 s behind this clock; at most 300 s are accepted. Check the clocks of both machines.'],
    [-412, 'signed 412 s ahead of this clock; at most 300 s are accepted. Check the clocks of both machines.'],
  ])('signed %i s ago is refused, and the words say that it is the clocks', async (agoSeconds, words) => {
    const { send, got } = await start();
    const answer = await send({ headers: signed(body, 'signing-key', NOW_S - agoSeconds), body });
    expect([answer.status, answer.body]).toEqual([401, JSON.stringify({ error: `The request was ${words}` })]);
    expect(got).toEqual([]);
  });

  const good = signed(body);
  const hex = good['shardgate-signature'] ?? '';
  it.each<[string, Record<string, string>, string]>([
    ['no signature', {}, body],
    ['no timestamp', { 'shardgate-signature': hex }, body],
    ['another timestamp', { ...good, 'shardgate-timestamp': String(NOW_S + 1) }, body],
    ['a timestamp that is none', { ...good, 'shardgate-timestamp': 'NaN' }, body],
    ['a body with one bit changed', good, body.replace('text 1', 'text 0')],
    ['a body with a space more', good, `${body} `],
    ['another key', signed(body, 'other-key'), body],
    ['a signature without its version', { ...good, 'shardgate-signature': hex.slice(3) }, body],
    ['a signature of another version', { ...good, 'shardgate-signature': hex.replace('v1', 'v2') }, body],
    ['half a signature', { ...good, 'shardgate-signature': hex.slice(0, -1) }, body],
    ['too many signatures', { ...good, 'shardgate-signature': `${'v1=00,'.repeat(5)}${hex}` }, body],
  ])('with %s is refused', async (_, headers, sentBody) => {
    const { send, got } = await start();
    expect((await send({ headers, body: sentBody })).status).toBe(401);
    expect(got).toEqual([]);
  });

  it('is accepted with an old or a new key while it is being changed, on either side', async () => {
    const { send } = await start({ signingKey: ['old-key', 'new-key'] });
    for (const [seq, key] of ['old-key', 'new-key'].entries())
      expect((await send({ headers: signed(eventBody(seq), key), body: eventBody(seq) })).status).toBe(204);
    const both = `${signed(body, 'gone')['shardgate-signature']}, ${signed(body, 'new-key')['shardgate-signature']}`;
    expect((await send({ headers: { ...signed(body), 'shardgate-signature': both }, body })).status).toBe(204);
    expect((await send({ headers: signed(body, 'gone'), body })).status).toBe(401);
  });

  it('needs the secret key too when there is one', async () => {
    const { send } = await start({ secretKey: 'secret' });
    expect((await send({ headers: signed(body), body })).status).toBe(401);
    expect((await send({ headers: { ...signed(body), authorization: 'secret' }, body })).status).toBe(204);
  });

  it('cannot be replayed within the tolerance, not even under another event id, which is not signed', async () => {
    const { send, got } = await start();
    for (const id of ['0/4:abc:1', '0/4:zzz:1', '0/4:abc:2'])
      expect((await send({ headers: { ...signed(body), 'shardgate-event-id': id }, body })).status).toBe(204);
    expect(got).toEqual(['0/4:abc:1']);
  });

  it('that failed can come again with the same signature', async () => {
    let calls = 0;
    const handler = () => {
      calls += 1;
      if (calls === 1) throw new Error('no');
    };
    const { send } = await start({ handler, onError: () => undefined });
    const statuses = [];
    for (const _ of [1, 2, 3]) statuses.push((await send({ headers: signed(body), body })).status);
    expect([statuses, calls]).toEqual([[500, 204, 204], 2]);
  });
});
