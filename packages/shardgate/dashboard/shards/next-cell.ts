/** Where the key leads from one cell to in a grid of that many columns; undefined for a key that leads nowhere. */
export function nextCell(key: string, from: number, cells: number, columns: number): number | undefined {
  const to = target(key, from, cells, columns);
  return to === undefined || to < 0 || to >= cells ? undefined : to;
}

function target(key: string, from: number, cells: number, columns: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
      return from - 1;
    case 'ArrowRight':
      return from + 1;
    case 'ArrowUp':
      return from - columns;
    case 'ArrowDown':
      return from + columns;
    case 'PageUp':
      return Math.max(from % columns, from - columns * 10);
    case 'PageDown':
      return Math.min(cells - 1, from + columns * 10);
    case 'Home':
      return 0;
    case 'End':
      return cells - 1;
    default:
      return undefined;
  }
}
