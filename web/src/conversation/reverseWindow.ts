/**
 * The engine of the message list (docs/adr/0003): a window of rows in normal flow between two spacers, in a
 * scroller that counts from its end (`flex-direction: column-reverse`). A reader at the end stays there
 * whatever grows or comes; a reader further up is held at the rows they look at. Distances are pixels from the
 * end of the list, so that nothing that happens above a row can move it.
 */

import { mountedRange, type Heights, type MountedRange } from './mountedRange';

/** Where the list goes. `top`: pixels between the row's and the list's upper edges. */
export type Target = { kind: 'end' } | { kind: 'row'; key: string; top: number };

/** What the reader sees. */
export interface View {
  isAtEnd: boolean;
  /** Key of the lowest row in sight. */
  lastSeen: string | null;
  /** Little is left above of what is loaded. */
  isNearStart: boolean;
  /** To come back to this view later. */
  place: Target;
}

interface PlacedRow {
  key: string;
  /** From its lower edge to the end of the list. */
  distance: number;
  height: number;
}

const AHEAD = 1_200;
const SLACK = 500;
const AT_END = 2;

export class ReverseWindow {
  #items: readonly { key: string }[] = [];
  #rows: PlacedRow[] = [];
  /** Rows in sight when last settled: the first that is still there is held in its place. */
  #held: PlacedRow[] = [];
  #isAtEnd = true;
  #boxHeight = 0;
  #hasMoreAbove = false;
  #reach = { near: 0, far: AHEAD };

  /** `redraw` mounts what `range` answers, before the next frame. */
  constructor(
    private readonly heights: Heights,
    private target: Target | null,
    private readonly redraw: () => void,
  ) {}

  /** What of these items is to be mounted now. */
  range(items: readonly { key: string }[]): MountedRange {
    this.#items = items;
    const range = mountedRange(items, this.heights, this.#reach);
    this.#hasMoreAbove = range.start > 0;
    return range;
  }

  goTo(target: Target): void {
    this.target = target;
    // Near the end already: what is mounted stays, or rows in sight would be made anew.
    if (this.#reach.near > 0) this.#reach = { near: 0, far: AHEAD };
    this.redraw();
  }

  /** After every draw and every change of size, before the frame is painted. */
  settle(box: HTMLElement, list: HTMLElement): View | null {
    this.#measure(list);
    if (this.target) this.#goToTarget(box, this.target);
    else if (!this.#isAtEnd) this.#hold(box);
    return this.look(box);
  }

  /** After the reader has scrolled. Null while the list is on its way to a row. */
  look(box: HTMLElement): View | null {
    if (this.target) return null;
    const near = -box.scrollTop;
    const far = near + box.clientHeight;
    if (this.#isShort(near, far)) {
      this.#reach = { near: Math.max(0, near - AHEAD), far: far + AHEAD };
      this.redraw();
    }
    this.#isAtEnd = near <= AT_END;
    this.#boxHeight = box.clientHeight;
    this.#held = this.#rows.filter((row) => row.distance < far && row.distance + row.height > near);
    const [first] = this.#held;
    const top = first ? far - first.distance - first.height : 0;
    return {
      isAtEnd: this.#isAtEnd,
      lastSeen: this.#held.at(-1)?.key ?? null,
      isNearStart: box.scrollHeight - far < 2 * box.clientHeight,
      place: this.#isAtEnd || !first ? { kind: 'end' } : { kind: 'row', key: first.key, top },
    };
  }

  /** The mounted rows are about to leave part of the box empty. */
  #isShort(near: number, far: number): boolean {
    const { near: from, far: to } = this.#reach;
    if (far + SLACK > to || (from > 0 && near - SLACK < from)) return true;
    const [top] = this.#rows;
    // Rows may have turned out smaller than guessed.
    return this.#hasMoreAbove && (!top || top.distance + top.height < far + SLACK);
  }

  #measure(list: HTMLElement): void {
    const end = list.getBoundingClientRect().bottom;
    this.#rows = [];
    for (const row of list.querySelectorAll<HTMLElement>(':scope > [data-row]')) {
      const { bottom, height } = row.getBoundingClientRect();
      const key = row.dataset.row ?? '';
      this.heights.set(key, height);
      this.#rows.push({ key, distance: end - bottom, height });
    }
  }

  #goToTarget(box: HTMLElement, target: Target): void {
    const wanted = target.kind === 'row' ? this.#distanceFor(box, target) : 0;
    if (wanted !== null) {
      box.scrollTop = -wanted;
      this.target = null;
    }
  }

  /** How far from the end the list must be scrolled; null: the row must be mounted first. */
  #distanceFor(box: HTMLElement, { key, top }: Target & { kind: 'row' }): number | null {
    const upTo = top - box.clientHeight;
    const row = this.#rows.find((placed) => placed.key === key);
    if (row) return Math.max(0, row.distance + row.height + upTo);
    const index = this.#items.findIndex((item) => item.key === key);
    if (index < 0) return 0;
    const guessed = this.#items.slice(index).reduce((sum, item) => sum + this.heights.of(item), 0);
    this.#reach = { near: Math.max(0, guessed + upTo - AHEAD), far: guessed + AHEAD };
    this.redraw();
    return null;
  }

  /** Also when the composer below grows: its height comes off the end of the list, which is out of sight. */
  #hold(box: HTMLElement): void {
    const grown = box.clientHeight - this.#boxHeight;
    if (grown !== 0) box.scrollTop += grown;
    const placed = new Map(this.#rows.map((row) => [row.key, row]));
    for (const { key, distance } of this.#held) {
      const row = placed.get(key);
      if (!row) continue;
      const moved = row.distance - distance;
      if (Math.abs(moved) >= 0.5) box.scrollTop -= moved;
      return;
    }
  }
}
