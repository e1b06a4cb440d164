import { quoted, TABLES, type Table } from './tables.ts';

/** Grows with each change of the tables or functions. */
export const SCHEMA_VERSION = 1;

/** Makes everything that is not there; may be run again, and over a database of tatsuworks/gateway. https://github.com/tatsuworks/gateway */
export function schemaSql(schema: string): string {
  const s = quoted(schema);
  return [
    `CREATE SCHEMA IF NOT EXISTS ${s};`,
    ...TABLES.map((table) => tableSql(s, table)),
    ...TABLES.map(({ name }) => `ALTER TABLE ${s}.${name} ADD COLUMN IF NOT EXISTS expires_at timestamptz;`),
    messagesSql(s),
    ...TABLES.flatMap((table) => indexesSql(s, table)),
    otherTablesSql(s),
    knownGuildsSql(s),
    loggedSql(s),
    triggersSql(s),
    `CREATE OR REPLACE FUNCTION ${s}.shardgate_id(value text) RETURNS int8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
     $$SELECT CASE WHEN value ~ '^([0-9]{1,18}|[1-8][0-9]{18})$' THEN value::int8 ELSE 0 END$$;`,
  ].join('\n');
}

function tableSql(s: string, { name, key, hasGuild, fromData }: Table): string {
  const ids = new Set<string>([...key, ...fromData, ...(hasGuild ? ['guild_id'] : [])]);
  const columns = [...ids].map((id) => `${id} int8 NOT NULL`);
  const updated = name === 'members' ? ['last_updated timestamp NOT NULL DEFAULT now()'] : [];
  const all = [...columns, 'data jsonb NOT NULL', ...updated, `PRIMARY KEY (${key.join(', ')})`];
  return `CREATE TABLE IF NOT EXISTS ${s}.${name} (${all.join(', ')});`;
}

/** tatsu's table knows neither channel nor guild, and has no rows. */
function messagesSql(s: string): string {
  return `
ALTER TABLE ${s}.messages ADD COLUMN IF NOT EXISTS channel_id int8 NOT NULL DEFAULT 0;
ALTER TABLE ${s}.messages ADD COLUMN IF NOT EXISTS guild_id int8 NOT NULL DEFAULT 0;
DO $$ DECLARE pkey name; BEGIN
  SELECT conname INTO pkey FROM pg_constraint
    WHERE conrelid = '${s}.messages'::regclass AND contype = 'p' AND cardinality(conkey) = 1;
  IF pkey IS NOT NULL THEN
    EXECUTE format('ALTER TABLE ${s}.messages DROP CONSTRAINT %I', pkey);
    ALTER TABLE ${s}.messages ADD PRIMARY KEY (id, channel_id);
  END IF;
END $$;
CREATE INDEX IF NOT EXISTS messages_channel_id ON ${s}.messages (channel_id, id);
CREATE INDEX IF NOT EXISTS threads_parent_id ON ${s}.threads (parent_id);
CREATE INDEX IF NOT EXISTS members_user_id ON ${s}.members (user_id);`;
}

function indexesSql(s: string, { name, hasGuild }: Table): string[] {
  return [
    ...(hasGuild ? [`CREATE INDEX IF NOT EXISTS ${name}_guild_id ON ${s}.${name} (guild_id);`] : []),
    // Null everywhere and therefore empty where the kind has no time to live.
    `CREATE INDEX IF NOT EXISTS ${name}_expires_at ON ${s}.${name} (expires_at) WHERE expires_at IS NOT NULL;`,
  ];
}

function otherTablesSql(s: string): string {
  return `
CREATE TABLE IF NOT EXISTS ${s}.guilds_persistent (id int8 PRIMARY KEY);
CREATE TABLE IF NOT EXISTS ${s}.shards (
  id int NOT NULL, name text NOT NULL, seq int8, sess text, status text NOT NULL DEFAULT '', resume_url text NOT NULL DEFAULT '',
  PRIMARY KEY (id, name));
ALTER TABLE ${s}.shards ADD COLUMN IF NOT EXISTS shard_count int, ADD COLUMN IF NOT EXISTS updated_at timestamptz;`;
}

/** Guilds of which there is anything: to look for them in tables of millions of members would take minutes. */
function knownGuildsSql(s: string): string {
  const lists = TABLES.filter(({ hasGuild }) => hasGuild);
  return `
CREATE TABLE IF NOT EXISTS ${s}.shardgate_guilds (id int8 PRIMARY KEY);
INSERT INTO ${s}.shardgate_guilds (id)
${lists.map(({ name }) => `SELECT DISTINCT guild_id FROM ${s}.${name} WHERE guild_id <> 0`).join(' UNION ')}
ON CONFLICT DO NOTHING;`;
}

/** tatsu's tables are emptied when PostgreSQL crashes; a store has to keep what it confirmed. */
function loggedSql(s: string): string {
  const names = [...TABLES.map(({ name }) => name), 'shards'].map((name) => `'${name}'`).join(', ');
  return `
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT relname FROM pg_class
    WHERE relnamespace = '${s}'::regnamespace AND relpersistence = 'u' AND relkind = 'r' AND relname IN (${names}) LOOP
    EXECUTE format('ALTER TABLE ${s}.%I SET LOGGED', one);
  END LOOP;
END $$;`;
}

/** Which guilds are known, and when a member was written the last time: readers of tatsu's tables go by them. */
function triggersSql(s: string): string {
  return [
    triggerSql(s, {
      name: 'joined_guild',
      when: 'AFTER INSERT',
      table: 'guilds',
      body: `INSERT INTO ${s}.guilds_persistent (id) VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NULL;`,
    }),
    triggerSql(s, {
      name: 'left_guild',
      when: 'AFTER DELETE',
      table: 'guilds',
      body: `DELETE FROM ${s}.guilds_persistent WHERE id = OLD.id; RETURN NULL;`,
    }),
    triggerSql(s, {
      name: 'update_members_last_updated',
      when: 'BEFORE UPDATE',
      table: 'members',
      body: 'NEW.last_updated := now(); RETURN NEW;',
    }),
  ].join('\n');
}

interface Trigger {
  readonly name: string;
  readonly when: string;
  readonly table: string;
  readonly body: string;
}

function triggerSql(s: string, { name, when, table, body }: Trigger): string {
  return `
CREATE OR REPLACE FUNCTION ${s}.${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
DROP TRIGGER IF EXISTS ${name} ON ${s}.${table};
CREATE TRIGGER ${name} ${when} ON ${s}.${table} FOR EACH ROW EXECUTE FUNCTION ${s}.${name}();`;
}
