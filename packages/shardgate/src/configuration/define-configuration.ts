import type { IntentName } from '@shardgate/gateway';
import type { Configuration } from './configuration.ts';
import type { Variables } from './environment-layer.ts';
import type { SinkConfiguration } from './sink-configuration.ts';
import type { StoreConfiguration } from './store-configuration.ts';

/** Stands for a secret: the one line of a file, its path relative to the configuration's folder, or an environment variable. */
export type SecretReference = { readonly file: string } | { readonly env: string };

type SecretName = 'token' | 'secretKey' | 'signingKey' | 'webhookUrl';

/** What may be given in place of a value of type `T`: all of an object's members may be left out. */
type Given<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: (K extends SecretName ? Given<T[K]> | SecretReference : Given<T[K]>) | undefined }
    : T;

/** A sink or store. An address that it has to have may hold a password, so that may stand elsewhere, too. */
type GivenPart<T, K extends keyof T> = T extends { readonly url: string }
  ? Given<Omit<T, K | 'url'>> & Pick<T, K> & { readonly url: string | SecretReference }
  : Given<Omit<T, K>> & Pick<T, K>;

/** What a configuration file says: everything may be left out, secrets may stand elsewhere. */
export interface ConfigurationInput extends Given<Omit<Configuration, 'intents' | 'sinks' | 'state'>> {
  /** Names, a bit set, or `'default'` for all that need no permission. */
  readonly intents?: number | 'default' | readonly (IntentName | Uppercase<string>)[] | undefined;
  /** Where events go. */
  readonly sinks?: readonly GivenPart<SinkConfiguration, 'type' | 'name'>[] | undefined;
  /** The cache. */
  readonly state?:
    | (Given<Omit<Configuration['state'], 'stores'>> & {
        readonly stores?: readonly GivenPart<StoreConfiguration, 'type'>[] | undefined;
      })
    | undefined;
}

/** What a configuration file gets when it exports a function. */
export interface ConfigurationContext {
  /** The environment's variables, and those of `.env` that it does not have. */
  readonly env: Variables;
}

/** A configuration file that is a function. */
export type ConfigurationFunction = (context: ConfigurationContext) => ConfigurationInput | Promise<ConfigurationInput>;

/**
 * Types a configuration file; returns what it is given, an object or a function.
 *
 * @example
 * export default defineConfiguration({
 *   intents: ['Guilds', 'GuildMessages'],
 *   sinks: [{ type: 'websocket', name: 'bot', port: 7900, secretKey: { env: 'BOT_KEY' } }],
 * });
 */
export function defineConfiguration(configuration: ConfigurationInput): ConfigurationInput;
export function defineConfiguration(configuration: ConfigurationFunction): ConfigurationFunction;
export function defineConfiguration(
  configuration: ConfigurationInput | ConfigurationFunction,
): ConfigurationInput | ConfigurationFunction {
  return configuration;
}
