/** A variable of the environment; the process does not start without it. */
function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: put it into .env, see .env.example`);
  return value;
}

/** Discord's token of the bot. Only the REST process and the gateway need it. */
export const DISCORD_TOKEN: string = required('DISCORD_TOKEN');

/** What a process must know to use the REST process. */
export const REST_AUTHORIZATION: string = required('REST_AUTHORIZATION');
export const REST_PORT: number = Number(required('REST_PORT'));

/** What a process must know to hand events to the event handler. */
export const EVENT_HANDLER_SECRET_KEY: string = required('EVENT_HANDLER_SECRET_KEY');
export const EVENT_HANDLER_URL: string = required('EVENT_HANDLER_URL');
export const EVENT_HANDLER_PORT: number = Number(required('EVENT_HANDLER_PORT'));

/** Where Discord's API is; unset for Discord itself. For trying the tutorial against the simulator. */
export const DISCORD_API_URL: string | undefined = process.env['DISCORD_API_URL'];

/** Where the durable gateway hands out events, and the folder for what has to outlive it; see page 6. */
export const EVENTS_PORT: number = Number(process.env['EVENTS_PORT'] ?? 7890);
export const STATE_FOLDER: string = process.env['STATE_FOLDER'] ?? './.shardgate';
