/** A webhook's address, taken apart. */
export interface WebhookUrl {
  /** Without secrets. */
  readonly label: string;
  /** Where to post: with its token, so never shown. `wait=true` has Discord say whether the message was stored. */
  readonly address: string;
}

const EXPECTED = 'expected the address of a webhook, https://discord.com/api/webhooks/<id>/<token>';

/** Reads a webhook's address; http only on this machine. Errors do not show it: who has it can post. @throws {TypeError} when it is none */
export function parseWebhookUrl(name: string, value: unknown): WebhookUrl {
  const refuse = (why: string): TypeError => new TypeError(`${name}: ${EXPECTED}; ${why} (not shown: it is a secret)`);
  if (typeof value !== 'string') throw refuse(`got a value of type ${typeof value}`);
  if (!URL.canParse(value)) throw refuse('this is no address');
  const url = new URL(value);
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) throw refuse('this is not https');
  if (url.username !== '' || url.password !== '') throw refuse('this has a user name or password');
  const [, id] = /\/webhooks\/(\d{1,20})\/[\w-]+\/?$/.exec(url.pathname) ?? [];
  if (id === undefined) throw refuse('the path of this is another');
  url.searchParams.set('wait', 'true');
  url.hash = '';
  return { label: `webhook ${id}`, address: url.href };
}
