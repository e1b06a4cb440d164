import type { CommandClient } from '../command.ts';
import { CommandError } from '../command-error.ts';
import type { CommandErrorCode } from '../command-error.ts';
import type { CommandIntake } from '../command-intake.ts';
import { gatherChunks } from './gathered-chunks.ts';
import type { ReplyRoom } from './gathered-chunks.ts';

/** An HTTP answer with a body of JSON. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What answering a request needs. */
export interface AnswerContext {
  readonly intake: Pick<CommandIntake, 'execute'>;
  readonly client: CommandClient;
  readonly maxCommands: number;
  readonly room: ReplyRoom;
  /** The client's connection is closed. */
  readonly isGone: () => boolean;
}

const STATUSES: Readonly<Record<CommandErrorCode, number>> = {
  invalid: 400,
  forbidden: 403,
  foreignShard: 404,
  tooLarge: 413,
  queueFull: 429,
  rateLimited: 429,
  notReady: 503,
  closed: 503,
  expired: 504,
  timeout: 504,
};

/** `POST /commands`: one command, or an array of them, which are all begun in their order and answered together. */
export async function answerCommands(context: AnswerContext, body: unknown): Promise<Answer> {
  if (!Array.isArray(body)) {
    const outcome = await run(context, body);
    return outcome.error === undefined
      ? { status: 200, body: outcome.text }
      : { status: STATUSES[outcome.error.code], body: outcome.text, headers: retryHeader(outcome.error) };
  }
  if (body.length === 0 || body.length > context.maxCommands) {
    const message = `expected an array of 1 to ${context.maxCommands} commands`;
    return { status: 400, body: errorText(new CommandError('invalid', message)) };
  }
  const outcomes = await Promise.all(body.map((command: unknown) => run(context, command)));
  return { status: 200, body: `[${outcomes.map(({ text }) => text).join(',')}]` };
}

async function run(
  { intake, client, room, isGone }: AnswerContext,
  command: unknown,
): Promise<{ readonly text: string; readonly error?: CommandError }> {
  const chunks = gatherChunks(room, isGone);
  try {
    const result = await intake.execute(client, command, chunks.add);
    const parts = chunks.count === 0 ? '' : `,"chunks":${chunks.toText()}`;
    return { text: `{"ok":true,"result":${JSON.stringify(result ?? null)}${parts}}` };
  } catch (thrown) {
    const error = asCommandError(thrown);
    return { text: errorText(error), error };
  }
}

/** Names of Discordeno's bodies; the path `/` takes no others. */
const DISCORDENO = new Set<unknown>([
  'SHARD_PAYLOAD',
  'GET_SHARD_INFO',
  'ShardPayload',
  'EditShardsPresence',
  'ShardInfoFromGuild',
]);

/** `POST /`: answered as the gateway process of Discordeno's guide does, with `code` as an addition. */
export async function answerDiscordeno({ intake, client }: AnswerContext, body: unknown): Promise<Answer> {
  const type: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'type') : undefined;
  if (!DISCORDENO.has(type)) {
    const names = [...DISCORDENO].join(', ');
    return discordenoFailure(400, true, `type must be one of ${names}; other commands go to /commands`, 'invalid');
  }
  try {
    const result = await intake.execute(client, body);
    const asksForInfo = type === 'GET_SHARD_INFO' || type === 'ShardInfoFromGuild';
    return { status: 200, body: JSON.stringify(asksForInfo ? result : { processing: true }) };
  } catch (thrown) {
    const error = asCommandError(thrown);
    return discordenoFailure(400, true, error.message, error.code);
  }
}

/** `error` is false where the request was refused before its body was looked at. */
export function discordenoFailure(status: number, error: boolean, message: string, code?: CommandErrorCode): Answer {
  return { status, body: JSON.stringify({ processing: false, error, message, code }) };
}

function errorText(error: CommandError): string {
  return JSON.stringify({ ok: false, error });
}

/** An intake may be replaced, and then throw anything. */
function asCommandError(thrown: unknown): CommandError {
  return thrown instanceof CommandError
    ? thrown
    : new CommandError('notReady', 'the command failed', { cause: thrown });
}

function retryHeader({ retryAfterMs }: CommandError): Record<string, string> {
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
}

/** An answer that says why a request was not carried out. */
export function failure(status: number, code: CommandErrorCode, message: string): Answer {
  return { status, body: errorText(new CommandError(code, message)) };
}
