import { Component, createRef, type ReactNode } from 'react';
import type { TimelineItem } from '../domain/timeline';
import styles from './LeavingMessages.module.css';

/**
 * A message that could not be sent leaves the thread to be seen leaving: a copy of its bubble sinks and fades
 * where it stood, and its neighbours slide to their new places. The message itself is gone at once; the copy
 * carries no name and no state. Transform and opacity only, nothing under reduced motion.
 */
export class LeavingMessages extends Component<LeavingMessagesProps, object, Before | null> {
  readonly #stage = createRef<HTMLDivElement>();
  readonly #sizes = new ResizeObserver(
    ([entry]) => entry && this.#resized(entry.contentRect.height),
  );
  #height = 0;
  #sliding: HTMLElement[] = [];

  override componentDidMount(): void {
    if (this.#stage.current) this.#sizes.observe(this.#stage.current);
  }

  override componentWillUnmount(): void {
    this.#sizes.disconnect();
  }

  // The one moment at which React still shows what is about to go.
  override getSnapshotBeforeUpdate({ items: before }: LeavingMessagesProps): Before | null {
    const { items } = this.props;
    const fewer = before.length - items.length;
    if (fewer <= 0 || fewer > MOST_AT_ONCE || matchMedia(REDUCED).matches) return null;
    const staying = new Set(items.map((item) => item.key));
    const leaving = new Set(before.filter((item) => !staying.has(item.key)).map(({ key }) => key));
    return {
      leaving,
      rows: this.#rows().map((row) => ({ row, box: row.getBoundingClientRect() })),
    };
  }

  override componentDidUpdate(_: LeavingMessagesProps, __: object, before: Before | null): void {
    const stage = this.#stage.current;
    if (before === null || stage === null) return;
    for (const { row, box } of before.rows) {
      if (before.leaving.has(row.id)) sink(row, box, stage);
      else if (row.isConnected) this.#slide(row, box.top - row.getBoundingClientRect().top);
    }
  }

  /** Of the row inside its list entry: the list measures its entries, which must stand still. */
  #slide(row: HTMLElement, from: number): void {
    if (Math.abs(from) < 1) return;
    this.#sliding.push(row);
    row
      .animate([{ transform: `translateY(${from}px)` }, {}], MOTION)
      .addEventListener('finish', () => {
        this.#sliding = this.#sliding.filter((other) => other !== row);
      });
  }

  /** The reason appears above the composer while rows still slide: they go on from where they are seen. */
  #resized(height: number): void {
    const shorter = this.#height - height;
    this.#height = height;
    const sliding = this.#sliding;
    this.#sliding = [];
    for (const row of sliding) {
      const offset = new DOMMatrixReadOnly(getComputedStyle(row).transform).m42;
      for (const motion of row.getAnimations()) motion.cancel();
      this.#slide(row, offset + shorter);
    }
  }

  #rows(): HTMLElement[] {
    const thread = this.#stage.current?.parentElement;
    return [...(thread?.querySelectorAll<HTMLElement>('[data-client-id]') ?? [])];
  }

  override render(): ReactNode {
    return (
      <>
        {this.props.children}
        <div ref={this.#stage} className={styles.stage} aria-hidden="true" inert />
      </>
    );
  }
}

interface LeavingMessagesProps {
  items: readonly TimelineItem[];
  children: ReactNode;
}

interface Before {
  leaving: ReadonlySet<string>;
  rows: { row: HTMLElement; box: DOMRect }[];
}

// More than a few at once is another page of history, not a refusal.
const MOST_AT_ONCE = 3;
const REDUCED = '(prefers-reduced-motion: reduce)';
const MOTION = { duration: 180, easing: 'cubic-bezier(.5,0,.9,.4)' };

function sink(row: HTMLElement, box: DOMRect, stage: HTMLElement): void {
  const copy = row.cloneNode(true);
  if (!(copy instanceof HTMLElement)) return;
  for (const name of copy.getAttributeNames()) if (name !== 'class') copy.removeAttribute(name);
  for (const timed of copy.querySelectorAll('[elementtiming]'))
    timed.removeAttribute('elementtiming');
  const frame = stage.getBoundingClientRect();
  copy.style.top = `${box.top - frame.top}px`;
  stage.append(copy);
  const end = { transform: 'translateY(20px) scale(.98)', opacity: 0 };
  copy
    .animate([{}, end], { ...MOTION, fill: 'forwards' })
    .addEventListener('finish', () => copy.remove());
}
