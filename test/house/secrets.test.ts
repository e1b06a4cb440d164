import { inspect } from 'node:util';
import { createGatewayManager } from '@shardgate/gateway';
import { createRestManager, createRestProcess, httpForwarder } from '@shardgate/rest';
import { describe, expect, it } from 'vitest';

const TOKEN = 'MTk4NjIyNDgzNDcxOTI1MjQ4.planted.token-nobody-may-see';
const KEY = 'planted-key-nobody-may-see';

const objects: Record<string, () => object> = {
  createGatewayManager: () => createGatewayManager({ token: TOKEN, secretKey: KEY }),
  createRestManager: () => createRestManager({ token: TOKEN, secretKey: KEY, customUrl: 'http://localhost:1' }),
  createRestProcess: () => createRestProcess({ token: TOKEN, secretKey: KEY, port: 0 }),
  httpForwarder: () => httpForwarder({ url: 'http://localhost:1', secretKey: KEY }),
};

/** JSON as a user would make it, or empty where the object refers to itself. */
function json(value: object): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

describe('what our factories give', () => {
  it.each(Object.keys(objects))('%s shows neither token nor key, however it is printed', (name) => {
    const made = objects[name]?.() ?? {};
    const shown = [inspect(made, { depth: Infinity }), inspect({ ...made }, { depth: Infinity }), json(made)].join(
      '\n',
    );
    expect(shown).not.toContain(TOKEN);
    expect(shown).not.toContain(KEY);
  });

  it('the secrets can still be read by those who hold the object', () => {
    const gateway = createGatewayManager({ token: TOKEN, secretKey: KEY });
    expect([gateway.token, gateway.secretKey]).toEqual([TOKEN, KEY]);
  });

  it('an error about a wrong token does not quote it', () => {
    const wrong = { token: [TOKEN] as unknown as string };
    expect(() => createGatewayManager(wrong)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(TOKEN) }),
    );
    expect(() => createRestManager(wrong)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(TOKEN) }),
    );
  });
});
