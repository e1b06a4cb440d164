import { ENTITY_KINDS, type EntityKind } from '../entity.ts';
import type { Operation, Replaced } from '../operation.ts';
import type { StoreContext } from '../store.ts';
import { applyFunction } from './apply-sql.ts';
import { ANSWER_GRACE_MS } from './defaults.ts';
import { encodeCalls } from './encode-calls.ts';
import { planSteps, type Step } from './plan-steps.ts';
import type { PostgresLink, Row } from './postgres-link.ts';
import { isDataError } from './server-trouble.ts';

/** Carries out operations on one connection, one batch after the other. */
export interface OperationWriter {
  apply(operations: readonly Operation[]): Promise<readonly Replaced[]>;
  /** How many objects PostgreSQL refused, and why it refused the last. Undefined: none. */
  readonly refused: string | undefined;
}

export interface OperationWriterSettings {
  readonly link: PostgresLink;
  readonly schema: string;
  readonly statementTimeoutMs: number;
  readonly context: StoreContext;
}

export function createOperationWriter(settings: OperationWriterSettings): OperationWriter {
  const { link, schema, statementTimeoutMs, context } = settings;
  const statement = {
    name: 'shardgate_apply',
    text: `SELECT op, was FROM ${applyFunction(schema)}($1::jsonb, to_timestamp($2::float8 / 1000), $3::int)`,
  };
  const sweeps = ENTITY_KINDS.filter((kind) => context.ttlMs[kind] !== undefined).map((kind): Step => ({
    on: kind,
    deed: 'sweep',
    rows: [],
    settings: '',
  }));
  let last: Promise<unknown> = Promise.resolve();
  let refusals = 0;
  let reason = '';

  async function write(operations: readonly Operation[]): Promise<readonly Replaced[]> {
    const now = context.clock.wallTime();
    const expiryOf = (kind: EntityKind): number | undefined => {
      const ttlMs = context.ttlMs[kind];
      return ttlMs === undefined ? undefined : now + ttlMs;
    };
    const rows: Row[] = [];
    for (const call of encodeCalls([...sweeps, ...planSteps(operations)], expiryOf)) {
      const values = [call, now, context.messagesPerChannel ?? null];
      rows.push(...(await link.query(statement, values, statementTimeoutMs + ANSWER_GRACE_MS)));
    }
    return replacedOf(operations, rows);
  }

  /** What cannot be written is left out: all that comes after it would wait for it for ever. */
  async function writeEach(operations: readonly Operation[]): Promise<readonly Replaced[]> {
    const replaced: Replaced[] = [];
    for (const operation of operations) {
      const told: Replaced[] = [];
      for (const part of partsOf(operation)) told.push(...(await writeOrRefuse(part)));
      replaced.push(tellsList(operation) ? told.flatMap((each) => each ?? []) : told[0]);
    }
    return replaced;
  }

  async function writeOrRefuse(operation: Operation): Promise<readonly Replaced[]> {
    try {
      return await write([operation]);
    } catch (error) {
      if (!isDataError(error)) throw error;
      refusals++;
      reason = error instanceof Error ? error.message : '';
      return replacedOf([operation], []);
    }
  }

  async function run(operations: readonly Operation[]): Promise<readonly Replaced[]> {
    try {
      return await write(operations);
    } catch (error) {
      if (!isDataError(error)) throw error;
      return writeEach(operations);
    }
  }

  return {
    apply(operations) {
      // One that took too long may still be under way.
      const answer = last.then(() => run(operations));
      last = answer.catch(() => {});
      return answer;
    },
    get refused() {
      return refusals === 0 ? undefined : `${refusals} objects could not be written; the last one: ${reason}`;
    },
  };
}

/** The same, each object by itself. */
function partsOf(operation: Operation): readonly Operation[] {
  if (operation.op !== 'putAll' && operation.op !== 'replaceAll') return [operation];
  const { kind, guildId, entries } = operation;
  const tellOld = operation.op === 'putAll' && operation.tellOld;
  const puts = entries.map((entry): Operation => ({ op: 'putAll', kind, guildId, entries: [entry], tellOld }));
  return operation.op === 'putAll' ? puts : [{ ...operation, entries: [] }, ...puts];
}

function replacedOf(operations: readonly Operation[], rows: readonly Row[]): readonly Replaced[] {
  const replaced = operations.map((operation): string | string[] | undefined =>
    tellsList(operation) ? [] : undefined,
  );
  for (const [n, was] of rows) {
    const at = Number(n);
    const list = replaced[at];
    if (typeof list === 'object') list.push(String(was));
    else replaced[at] = String(was);
  }
  return replaced;
}

function tellsList(operation: Operation): boolean {
  return (operation.op === 'putAll' || operation.op === 'replaceAll') && operation.tellOld;
}
