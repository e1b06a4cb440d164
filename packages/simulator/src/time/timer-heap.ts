/** One timer of a virtual clock. `cancelled` timers stay in the heap until they surface. */
export interface HeapTimer {
  readonly due: number;
  /** Order of insertion; decides between timers due at the same instant. */
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** A binary heap of timers, earliest first, ties in the order of insertion. */
export interface TimerHeap {
  push(timer: HeapTimer): void;
  /** The next timer that is not cancelled, left in place. */
  peek(): HeapTimer | undefined;
  pop(): HeapTimer | undefined;
}

function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

export function createTimerHeap(): TimerHeap {
  const heap: HeapTimer[] = [];

  function siftUp(timer: HeapTimer): void {
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as HeapTimer;
      if (!isBefore(timer, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  function siftDown(timer: HeapTimer): void {
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as HeapTimer, heap[child] as HeapTimer)) child += 1;
      const below = heap[child] as HeapTimer;
      if (!isBefore(below, timer)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = timer;
  }

  function removeTop(): HeapTimer | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (top !== last && last !== undefined) siftDown(last);
    return top;
  }

  function peek(): HeapTimer | undefined {
    while (heap[0]?.cancelled) removeTop();
    return heap[0];
  }

  return {
    push: siftUp,
    peek,
    pop: () => (peek() === undefined ? undefined : removeTop()),
  };
}
