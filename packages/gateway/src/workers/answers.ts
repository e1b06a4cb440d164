import type { GatewayManager } from '../gateway-manager.ts';
import type { IdentifyPermit } from '../identify/identify-queue.ts';
import { refreshGatewayBot } from '../refresh-gateway-bot.ts';
import { hookFailed } from '../report.ts';
import { saveCheckpoints } from '../session-store/checkpoint.ts';
import { managerOf } from '../shard/manager-of.ts';
import type { ToWorker, WorkerQuestion } from './messages.ts';
import { adoptSettled } from './mirror.ts';
import type { RemoteShard } from './remote-shard.ts';
import { sentError } from './sent-error.ts';

/** Answers one worker's questions. */
export interface Answers {
  ask(id: number, question: WorkerQuestion): void;
  /** What became of the permit of question `id`. */
  permit(id: number, act: 'used' | 'released'): void;
  /** The worker is gone: its permits go back. */
  abandon(): void;
}

interface PermitOut {
  readonly link: RemoteShard;
  readonly wait: AbortController;
  permit: IdentifyPermit | undefined;
}

export function createAnswers(
  linkOf: (index: number) => RemoteShard | undefined,
  post: (message: ToWorker) => void,
): Answers {
  const permits = new Map<number, PermitOut>();

  const giveBack = (out: PermitOut): void => {
    out.wait.abort(new Error('the worker no longer waits to identify'));
    out.permit?.release();
  };

  const askPermit = async (id: number, link: RemoteShard): Promise<void> => {
    const gateway = managerOf(link.shard);
    const shardId = link.shard.id;
    const out: PermitOut = { link, wait: new AbortController(), permit: undefined };
    permits.set(id, out);
    try {
      const permit = await gateway.requestIdentify(gateway, shardId, out.wait.signal);
      // Given back while it was on its way.
      if (out.wait.signal.aborted) permit.release();
      else out.permit = permit;
    } catch (error) {
      permits.delete(id);
      throw error;
    }
  };

  const answer = async (id: number, question: WorkerQuestion): Promise<unknown> => {
    switch (question.what) {
      case 'permit': {
        const link = linkOf(question.index);
        if (link === undefined) throw new Error('the shard is not this worker’s any more');
        return askPermit(id, link);
      }
      case 'gatewayBot': {
        const link = linkOf(question.index);
        if (link === undefined) throw new Error('the shard is not this worker’s any more');
        return refreshGatewayBot(managerOf(link.shard));
      }
      case 'save':
        return save(question.positions);
      case 'remove':
        return write(question.indices.map(linkOf).filter((link) => link !== undefined));
      default:
        return question satisfies never;
    }
  };

  /** The mirrors are what is saved: they know what this thread's handler has settled as well. */
  const save = async (positions: readonly (readonly [number, string, number])[]): Promise<void> => {
    const wanted = positions.flatMap(([index, sessionId, seq]) => {
      const link = linkOf(index);
      return link === undefined || link.sessionId !== sessionId ? [] : [{ link, seq }];
    });
    for (const { link, seq } of wanted) adoptSettled(link, seq);
    await write(wanted.map(({ link }) => link));
    for (const { link, seq } of wanted) {
      const { stored, sessionId, id } = link.shard;
      const held = stored !== undefined && stored.sessionId === sessionId ? stored.seq : -1;
      if (held < seq) throw new Error(`shard ${id}: sequence ${seq} is not stored`);
    }
  };

  return {
    ask(id, question) {
      answer(id, question).then(
        (value) => post({ type: 'answer', id, value }),
        (error: unknown) => post({ type: 'answer', id, error: sentError(error) }),
      );
    },
    permit(id, act) {
      const out = permits.get(id);
      if (out === undefined) return;
      permits.delete(id);
      if (act === 'released') return giveBack(out);
      try {
        out.permit?.used();
      } catch (error) {
        const { shard } = out.link;
        hookFailed(managerOf(shard), 'requestIdentify', shard.id, error);
      }
    },
    abandon() {
      for (const out of permits.values()) giveBack(out);
      permits.clear();
    },
  };
}

async function write(links: readonly RemoteShard[]): Promise<void> {
  const managers = new Set(links.map(({ shard }) => managerOf(shard)).filter(isWritten));
  await Promise.all(Array.from(managers, saveCheckpoints));
}

/** During a cut nothing may write over what it stores: whoever does it has stopped the upkeep of the new shards. */
function isWritten({ runtime }: GatewayManager): boolean {
  return runtime.reshardMark?.state !== 'preparing' || runtime.upkeepTimer !== undefined;
}
