import { USER_AGENT } from '../defaults.ts';
import { parseBaseUrl } from '../http/base-url.ts';
import { exchange } from '../http/http-exchange.ts';
import type { HttpReply } from '../http/http-exchange.ts';
import { trace } from '../trace.ts';
import type { RestManager, RestRequest } from './rest-manager.ts';

/** Default of `rest.sendRequest`: the key goes to the REST process, the token to Discord, never the other way round. */
export async function sendRequest(rest: RestManager, request: RestRequest): Promise<HttpReply> {
  if (rest.customUrl === '') {
    const discord = rest.connections.discord({
      apiUrl: parseBaseUrl('apiUrl', rest.apiUrl),
      token: () => rest.token,
      repeats: rest.maxRetryCount,
      clock: rest.clock,
      random: rest.random,
      trace: (text, details) => trace(rest.debug, text, details),
    });
    return await discord.call(request);
  }
  const server = parseBaseUrl('customUrl', rest.customUrl);
  return await exchange({
    dispatcher: rest.connections.agent(),
    url: `${server.origin}${server.path}/v${request.version}${request.path}${request.query}`,
    method: request.method,
    route: request.route,
    headers: {
      'user-agent': USER_AGENT,
      ...request.headers,
      ...(rest.secretKey === '' ? {} : { authorization: rest.secretKey }),
    },
    body: request.body,
    signal: request.signal,
  });
}
