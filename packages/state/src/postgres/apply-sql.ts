import { SCHEMA_VERSION } from './schema-sql.ts';
import { quoted, TABLES, type KeyColumn, type Table } from './tables.ts';

/** Rows whose time is over that one call removes of a table: a backlog must not make each call fail. */
const SWEEP_AT_ONCE = 5_000;

/** The function that carries out steps; its name has the version in it, so that processes of two versions may share a database. */
export function applyFunction(schema: string): string {
  return `${quoted(schema)}.shardgate_apply_${SCHEMA_VERSION}`;
}

/**
 * Makes the function. It takes steps as `encodeCall` writes them, carries them out one after the other, each with one statement over all its rows, and gives what was replaced with the number
 * of the operation that wants to know. A batch is so one statement of the client's: one round trip, and carried out as a whole or not at all.
 *
 * Its tables may have grown by millions of rows since they were last analyzed: the planner is told to use the indexes whatever it believes.
 */
export function applyFunctionSql(schema: string): string {
  const s = quoted(schema);
  return `
CREATE OR REPLACE FUNCTION ${applyFunction(schema)}(p_steps jsonb, p_now timestamptz, p_message_limit int)
RETURNS TABLE (op int, was text) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $fn$
#variable_conflict use_column
DECLARE
  step jsonb; deed text; p_rows jsonb; p_expiry timestamptz; p_ids int8[]; p_guild int8; p_channel int8;
BEGIN
  FOR step IN SELECT value FROM jsonb_array_elements(p_steps) LOOP
    deed := step->>'do';
    p_rows := step->'rows';
    CASE step->>'on'
${TABLES.map((table) => tableBranch(s, table)).join('\n')}
    WHEN 'channel content' THEN
${clearChannelSql(s)}
    WHEN 'all' THEN
${guildsSql(s)}
    END CASE;
  END LOOP;
END $fn$;`;
}

const INPUT = 'x(n int, i int8, g int8, c int8, m text, v jsonb, r text[], t bool)';
/** The input's column for each of the table's. */
const INPUT_OF: Readonly<Record<KeyColumn, string>> = { id: 'i', user_id: 'i', guild_id: 'g', channel_id: 'c' };

function tableBranch(s: string, table: Table): string {
  return `    WHEN '${table.kind}' THEN
      IF deed = 'write' THEN
        p_expiry := to_timestamp((step->>'expiry')::float8 / 1000);
${writeSql(s, table)}
      ELSIF deed = 'remove' THEN
${removeSql(s, table)}
      ELSIF deed = 'sweep' THEN
        DELETE FROM ${s}.${table.name} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${s}.${table.name} WHERE expires_at <= p_now LIMIT ${SWEEP_AT_ONCE}));
${table.hasGuild ? `      ELSE\n${removeListSql(s, table)}` : ''}
      END IF;`;
}

/** How a row is written is its `m`: put, keep what is there, merge into what is there, or merge or put. */
function writeSql(s: string, { kind, name, key, hasGuild, fromData }: Table): string {
  const columns = [...new Set<string>([...key, ...(hasGuild ? ['guild_id'] : [])])];
  const inputs = columns.map((column) => INPUT_OF[column as KeyColumn]);
  const derived = fromData.map((member) => `${s}.shardgate_id(data->>'${member}')`);
  const set = [...fromData, 'data', 'expires_at'].map((column) => `${column} = excluded.${column}`);
  const merged = "(was_data - coalesce(r, '{}')) || v";
  return `
        RETURN QUERY WITH input AS MATERIALIZED (
          SELECT x.*, t.data AS was_data FROM jsonb_to_recordset(p_rows) AS ${INPUT}
          LEFT JOIN ${s}.${name} t ON ${joinOf(key)} AND ${isLive('t')}
        ), made AS MATERIALIZED (
          SELECT i, g, c, CASE m
            WHEN 'put' THEN v
            WHEN 'keep' THEN CASE WHEN was_data IS NULL THEN v END
            WHEN 'merge' THEN ${merged}
            ELSE CASE WHEN was_data IS NULL THEN v ELSE ${merged} END END AS data
          FROM input
        ), written AS (
          INSERT INTO ${s}.${name} (${[...columns, ...fromData, 'data', 'expires_at'].join(', ')})
          SELECT ${[...inputs, ...derived, 'data', 'p_expiry'].join(', ')} FROM made WHERE data IS NOT NULL
          ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${set.join(', ')}
        ) SELECT n, was_data::text FROM input WHERE t AND was_data IS NOT NULL;${kind === 'message' ? trimSql(s) : ''}`;
}

/** Of a channel's messages those with the highest ids stay. */
function trimSql(s: string): string {
  return `
        IF p_message_limit IS NOT NULL THEN
          DELETE FROM ${s}.messages m
          USING (SELECT DISTINCT x.c FROM jsonb_to_recordset(p_rows) AS ${INPUT}) touched,
          LATERAL (SELECT id FROM ${s}.messages WHERE channel_id = touched.c ORDER BY id DESC OFFSET p_message_limit) low
          WHERE m.channel_id = touched.c AND m.id = low.id;
        END IF;`;
}

function removeSql(s: string, { name, key }: Table): string {
  return `
        RETURN QUERY WITH gone AS (
          DELETE FROM ${s}.${name} t USING jsonb_to_recordset(p_rows) AS ${INPUT}
          WHERE ${joinOf(key)} RETURNING x.n, x.t, t.data, t.expires_at
        ) SELECT n, data::text FROM gone WHERE t AND ${isLive('gone')};`;
}

function removeListSql(s: string, { name, fromData }: Table): string {
  const isParentWanted = fromData.includes('parent_id') ? ' AND (p_ids IS NULL OR parent_id = ANY (p_ids))' : '';
  return `
        p_guild := (step->>'guild')::int8;
        p_ids := CASE WHEN step ? 'parents' THEN ARRAY(SELECT value::int8 FROM jsonb_array_elements_text(step->'parents')) END;
        RETURN QUERY WITH gone AS (
          DELETE FROM ${s}.${name} WHERE guild_id = p_guild${isParentWanted} RETURNING data, expires_at
        ) SELECT (step->>'n')::int, data::text FROM gone WHERE (step->>'t')::bool AND ${isLive('gone')};`;
}

function clearChannelSql(s: string): string {
  return `
      p_guild := (step->>'guild')::int8;
      p_channel := (step->>'channel')::int8;
      DELETE FROM ${s}.messages WHERE channel_id = p_channel;
      DELETE FROM ${s}.messages WHERE channel_id IN (
        SELECT id FROM ${s}.threads WHERE parent_id = p_channel AND guild_id = p_guild);
      DELETE FROM ${s}.threads WHERE parent_id = p_channel AND guild_id = p_guild;
      DELETE FROM ${s}.voice_states WHERE guild_id = p_guild AND data->>'channel_id' = p_channel::text;`;
}

/** Notes that there is something of guilds; or removes those that are named, or those of a shard that are not. */
function guildsSql(s: string): string {
  const lists = TABLES.filter(({ hasGuild }) => hasGuild);
  return `
      p_ids := ARRAY(SELECT value::int8 FROM jsonb_array_elements_text(step->'guilds'));
      IF deed = 'note' THEN
        INSERT INTO ${s}.shardgate_guilds (id) SELECT unnest(p_ids) ON CONFLICT DO NOTHING;
      ELSE
        IF deed = 'retain' THEN
          p_ids := ARRAY(
            SELECT id FROM (SELECT id FROM ${s}.shardgate_guilds UNION SELECT id FROM ${s}.guilds) known
            WHERE (id >> 22) % (step->>'count')::int8 = (step->>'shard')::int8
            EXCEPT SELECT unnest(p_ids));
        END IF;
${lists.map(({ name }) => `        DELETE FROM ${s}.${name} WHERE guild_id = ANY (p_ids);`).join('\n')}
        DELETE FROM ${s}.guilds WHERE id = ANY (p_ids);
        DELETE FROM ${s}.shardgate_guilds WHERE id = ANY (p_ids);
      END IF;`;
}

function joinOf(key: readonly KeyColumn[]): string {
  return key.map((column) => `t.${column} = x.${INPUT_OF[column]}`).join(' AND ');
}

function isLive(of: string): string {
  return `(${of}.expires_at IS NULL OR ${of}.expires_at > p_now)`;
}
