import { useState } from 'preact/hooks';
import { current } from '../live/store.ts';
import { shardNumber } from './shard-number.ts';

/** Leads to a shard by its number, or by a guild that is on it. */
export function ShardSearch({ onFound }: { readonly onFound: (shardId: number) => void }) {
  const [typed, type] = useState('');
  const [problem, say] = useState('');

  const search = (): void => {
    const { snapshot, grid } = current();
    const shardId = shardNumber(typed, snapshot?.overview.shardsTotal ?? 0);
    if (shardId === null) say('Type the number of a shard or the id of a guild.');
    else if (!grid.some(({ id }) => id === shardId)) say(`Shard ${shardId} is not in this process.`);
    else {
      say('');
      onFound(shardId);
    }
  };

  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <span class="problem" role="status">
        {problem}
      </span>
      <label>
        <span class="visually-hidden">Find a shard by its number or a guild’s id</span>
        <input
          type="text"
          inputMode="numeric"
          autocomplete="off"
          placeholder="Shard or guild id"
          value={typed}
          onInput={(event) => {
            type(event.currentTarget.value);
            say('');
          }}
        />
      </label>
      <button type="submit" class="button">
        Find
      </button>
    </form>
  );
}
