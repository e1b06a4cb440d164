import { createHash } from 'node:crypto';
import { JSON_TEXT } from './lua/json-text.ts';
import { OBJECTS } from './lua/objects.ts';
import { OPERATIONS } from './lua/operations.ts';
import { RedisRefusal, type RedisCommand } from './redis-connection.ts';

/** A Lua script and the name under which a server keeps it. */
export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

/** The script by which objects are written. */
export const WRITE_SCRIPT: RedisScript = scriptOf(`${JSON_TEXT}${OBJECTS}${OPERATIONS}`);

export function scriptOf(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Runs a script; one the server does not know (any more) is sent to it first. @throws {RedisRefusal} when the script fails */
export async function runScript(
  run: (commands: readonly RedisCommand[]) => Promise<readonly unknown[]>,
  script: RedisScript,
  args: readonly string[],
): Promise<unknown> {
  const command = ['EVALSHA', script.sha, '0', ...args];
  const [reply] = await run([command]);
  if (!(reply instanceof RedisRefusal) || reply.code !== 'NOSCRIPT') return orThrow(reply);
  const [loaded, again] = await run([['SCRIPT', 'LOAD', script.text], command]);
  orThrow(loaded);
  return orThrow(again);
}

/** @throws {RedisRefusal} a refusal */
export function orThrow(reply: unknown): unknown {
  if (reply instanceof RedisRefusal) throw reply;
  return reply;
}
