import { Component } from 'preact';
import type { GridCell } from '../live/state.ts';

interface CellProps {
  readonly cell: GridCell;
  /** Whether the tab key comes here. */
  readonly tabbable: boolean;
}

/** One shard. It has no listeners of its own: the grid listens for all. */
export class ShardCell extends Component<CellProps> {
  override shouldComponentUpdate(next: CellProps): boolean {
    return next.cell !== this.props.cell || next.tabbable !== this.props.tabbable;
  }

  override render({ cell, tabbable }: CellProps) {
    return (
      <button
        type="button"
        class="cell"
        data-shard={cell.id}
        data-condition={cell.condition}
        tabIndex={tabbable ? 0 : -1}
        aria-label={`Shard ${cell.id}, ${cell.condition}`}
      >
        <span aria-hidden="true">{cell.id}</span>
      </button>
    );
  }
}
