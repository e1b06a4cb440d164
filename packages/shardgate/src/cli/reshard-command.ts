import { createInterface } from 'node:readline/promises';
import { Command, Option } from 'commander';
import type { ReshardCheck, ReshardOrder, ReshardView } from '../service/reshard-view.ts';
import { adminAddress, callAdmin, RefusedByService, type AdminAddress } from './admin-client.ts';
import { followReshard, STILL_RUNNING } from './follow-reshard.ts';
import { checkText, costText } from './reshard-text.ts';
import { wholeNumber } from './whole-number.ts';

interface ReshardOptions {
  readonly first?: number;
  readonly last?: number;
  readonly check?: boolean;
  readonly cancel?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly url?: string;
  readonly key?: string;
}

/** What the command ends with, besides {@link STILL_RUNNING}. */
const EXIT = { done: 0, notDone: 1, noAnswer: 2 };
const MOST_SHARDS = 999_999;

/** `shardgate reshard [count]`: another shard count for a running service. */
export function reshardCommand(): Command {
  return new Command('reshard')
    .description(
      `bring a running gateway to another shard count, losing no event; exit code ${EXIT.done} when it is done (--check: when none is called for), ` +
        `${EXIT.notDone} when it was refused or given up (--check: when one is), ${EXIT.noAnswer} when nobody answers or it is not confirmed, ${STILL_RUNNING} when left with Ctrl-C`,
    )
    .argument(
      '[count]',
      'new shard count of the whole bot (default: what Discord recommends)',
      wholeNumber(1, MOST_SHARDS),
    )
    .option(
      '--first <shard>',
      'first new shard of this process, where several share the bot',
      wholeNumber(0, MOST_SHARDS),
    )
    .option('--last <shard>', 'last new shard of this process', wholeNumber(0, MOST_SHARDS))
    .option('--check', 'only tell how full the shards are, and what a reshard would cost')
    .addOption(new Option('--cancel', 'have the reshard that is under way given up').conflicts(['check', 'yes']))
    .option('--yes', 'do not ask')
    .option('--json', 'one JSON object a line')
    .option('--url <url>', 'its admin API (default: by SHARDGATE_ADMIN_HOST and _PORT, else http://127.0.0.1:7901)')
    .option('--key <key>', 'its key (default: SHARDGATE_ADMIN_SECRET_KEY)')
    .action(async (count: number | undefined, options: ReshardOptions) => {
      try {
        process.exitCode = await run(adminAddress(options), count, options);
      } catch (error) {
        process.stderr.write(`shardgate: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = error instanceof RefusedByService ? EXIT.notDone : EXIT.noAnswer;
      }
    });
}

async function run(address: AdminAddress, count: number | undefined, options: ReshardOptions): Promise<number> {
  const { json = false } = options;
  const order = orderOf(count, options);
  const print = (object: object, text: string): void => {
    process.stdout.write(`${json ? JSON.stringify(object) : text}\n`);
  };
  if (options.cancel === true) {
    await callAdmin(address, 'DELETE', '/api/reshard', {});
    print({ cancelled: true }, 'the reshard is given up; the shards go on as before');
    return EXIT.done;
  }
  if (options.check === true) {
    const [check, { configured }] = await Promise.all([readCheck(address, order), readView(address)]);
    print({ ...check, configured }, checkText(check, configured));
    return check.needed ? EXIT.notDone : EXIT.done;
  }
  if (options.yes !== true && !(await confirmed(address, order))) return EXIT.noAnswer;
  const before = (await readView(address)).last?.at;
  await callAdmin(address, 'POST', '/api/reshard', { confirm: true, ...order });
  return followReshard({ read: () => readView(address), before, json });
}

function orderOf(count: number | undefined, { first, last }: ReshardOptions): ReshardOrder {
  return {
    ...(count === undefined ? {} : { count }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  };
}

const readView = async (address: AdminAddress): Promise<ReshardView> =>
  (await callAdmin(address, 'GET', '/api/reshard')) as ReshardView;

async function readCheck(address: AdminAddress, order: ReshardOrder): Promise<ReshardCheck> {
  const query = new URLSearchParams(
    Object.entries(order).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return (await callAdmin(address, 'GET', `/api/reshard/need?${query.toString()}`)) as ReshardCheck;
}

async function confirmed(address: AdminAddress, order: ReshardOrder): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new Error('each new shard costs an identify, and nobody is here to be asked: confirm it with --yes');
  const check = await readCheck(address, order);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // Ctrl-C and Ctrl-D close it, and the question is never answered.
    const left = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const said = await Promise.race([terminal.question(`${costText(check)}\nDo it? [y/N] `), left]);
    return /^y(es)?$/i.test(said.trim());
  } finally {
    terminal.close();
  }
}
