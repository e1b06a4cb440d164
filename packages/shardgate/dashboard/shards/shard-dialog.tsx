import { useEffect, useState } from 'preact/hooks';
import type { ShardDetail } from '../../src/service/service-view.ts';
import { readShard, reconnectShard, reidentifyShard } from '../live/api.ts';
import { useLive } from '../live/store.ts';
import { useConfirm } from '../view/actions.tsx';
import { Dialog } from '../view/dialog.tsx';
import { ShardFacts } from './shard-facts.tsx';
import { ShardReconnects } from './shard-reconnects.tsx';

/** Everything about one shard, read anew with each snapshot, and what can be done to it. */
export function ShardDialog({ shardId, onClose }: { readonly shardId: number; readonly onClose: () => void }) {
  const snapshot = useLive((state) => state.snapshot);
  const [detail, show] = useState<ShardDetail>();
  const [problem, say] = useState('');
  const confirm = useConfirm();

  useEffect(() => {
    let wanted = true;
    readShard(shardId).then(
      (read) => {
        if (!wanted) return;
        show(read);
        say('');
      },
      (error: unknown) => wanted && say(error instanceof Error ? error.message : String(error)),
    );
    return () => void (wanted = false);
  }, [shardId, snapshot]);

  const condition = snapshot?.shards.find(({ id }) => id === shardId)?.condition ?? detail?.condition;
  return (
    <Dialog title={`Shard ${shardId}`} onClose={onClose} class="shard-dialog">
      <p class="shard-condition">
        <span class="swatch" data-condition={condition} aria-hidden="true" /> {condition ?? 'not known'}
      </p>
      {problem ? <p class="problem">This cannot be read just now: {problem}.</p> : null}
      {detail ? (
        <>
          {detail.failure ? (
            <p class="failure">
              Failed with {detail.failure.code} (close code {detail.failure.closeCode}). {detail.failure.remedy}
            </p>
          ) : null}
          <ShardFacts shard={detail} />
          <ShardReconnects reconnects={detail.reconnects} />
        </>
      ) : (
        <p class="empty">Reading…</p>
      )}
      <footer class="dialog-foot">
        <button
          type="button"
          class="button"
          onClick={() =>
            confirm({
              title: `Reconnect shard ${shardId}?`,
              text: 'The connection is dropped and the session is continued. Discord sends what is missed meanwhile; no identify is spent.',
              verb: 'Reconnect',
              done: `Shard ${shardId} is reconnecting.`,
              act: () => reconnectShard(shardId),
            })
          }
        >
          Reconnect…
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() =>
            confirm({
              title: `Begin a new session for shard ${shardId}?`,
              text: 'This costs one identify of the budget, and what happens until the new session is ready is lost. Reconnecting is nearly always enough.',
              verb: 'Re-identify',
              danger: true,
              done: `Shard ${shardId} begins a new session.`,
              act: () => reidentifyShard(shardId),
            })
          }
        >
          Re-identify…
        </button>
      </footer>
    </Dialog>
  );
}
