/** What of a list is mounted: rows `start` to `end`, and the pixels of the rows before and after them. */
export interface MountedRange {
  start: number;
  end: number;
  above: number;
  below: number;
}

const FIRST_GUESS = 56;

/** Rows that lie between `near` and `far` pixels from the end of the list; heights not measured yet are guessed. */
export function mountedRange(
  items: readonly { key: string }[],
  heights: Heights,
  { near, far }: { near: number; far: number },
): MountedRange {
  let end = items.length;
  let below = 0;
  for (; end > 0; end--) {
    const height = heights.of(items[end - 1]);
    if (below + height > near) break;
    below += height;
  }
  let start = end;
  for (let reached = below; start > 0 && reached < far; start--) {
    reached += heights.of(items[start - 1]);
  }
  let above = 0;
  for (let index = 0; index < start; index++) above += heights.of(items[index]);
  return { start, end, above, below };
}

/** Measured row heights, kept while the list is not on screen; the others are guessed by their average. */
export class Heights {
  readonly #known = new Map<string, number>();
  #sum = 0;

  of(item: { key: string } | undefined): number {
    if (!item) return 0;
    return this.#known.get(item.key) ?? this.#guess;
  }

  set(key: string, height: number): void {
    this.#sum += height - (this.#known.get(key) ?? 0);
    this.#known.set(key, height);
  }

  /** In whole pixels: browsers snap the scroll place to them, so half a one here would move a row by half a one. */
  get #guess(): number {
    return this.#known.size === 0 ? FIRST_GUESS : Math.round(this.#sum / this.#known.size);
  }
}
