import { onTestFinished } from 'vitest';
import { createCommandBed, type CommandBed } from '../../delivery/test/commands-bed.ts';

/** A gateway on the simulator with a command intake, whose virtual time runs on by itself. */
export async function startIntake(): Promise<CommandBed> {
  const bed = await createCommandBed({ shards: 2 });
  let moving = Promise.resolve();
  const timer = setInterval(() => {
    moving = moving.then(() => bed.advance(20));
  }, 5);
  onTestFinished(async () => {
    clearInterval(timer);
    await moving;
    await bed.end();
  });
  return bed;
}
