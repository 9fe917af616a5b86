import {
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
  type ReactNode,
  type Ref,
} from 'react';
import { flushSync } from 'react-dom';
import type { TimelineItem } from '../domain/timeline';
import type { Heights } from './mountedRange';
import { ReverseWindow, type Target, type View } from './reverseWindow';
import styles from './VirtualizedMessageList.module.css';

export interface MessageListHandle {
  goTo: (target: Target) => void;
}

interface VirtualizedMessageListProps {
  items: readonly TimelineItem[];
  renderItem: (item: TimelineItem) => ReactNode;
  /** Stands above the first row. */
  head: ReactNode;
  heights: Heights;
  /** Where the list opens; read once. */
  opening: Target;
  onView: (view: View) => void;
  handle: Ref<MessageListHandle>;
}

/** The thread: however long, only the rows around the visible ones are mounted. A row is never remounted while in sight. */
export function VirtualizedMessageList(props: VirtualizedMessageListProps) {
  const { items, renderItem, head, heights, opening, onView, handle } = props;
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [engine] = useState(() => new ReverseWindow(heights, opening, redraw));
  const { start, end, above, below } = engine.range(items);

  const tell = useCallback((view: View | null) => view && onView(view), [onView]);
  const settle = useCallback(() => {
    if (box.current && list.current) tell(engine.settle(box.current, list.current));
  }, [engine, tell]);
  useLayoutEffect(settle);
  useLayoutEffect(() => {
    // Rows change size by themselves too: a font, a picture, the width of the page.
    const sizes = new ResizeObserver(() => settle());
    if (box.current) sizes.observe(box.current);
    if (list.current) sizes.observe(list.current);
    return () => sizes.disconnect();
  }, [settle]);
  useImperativeHandle(handle, () => ({ goTo: (target) => engine.goTo(target) }), [engine]);

  return (
    <div
      ref={box}
      className={styles.box}
      // Scroll events come just before the frame is drawn: what they mount is in that frame.
      onScroll={({ currentTarget }) => flushSync(() => tell(engine.look(currentTarget)))}
      role="region"
      aria-label="Messages"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard, it must be reachable by keyboard
      tabIndex={0}
    >
      <div ref={list} className={styles.list}>
        {start === 0 ? head : null}
        <div style={{ blockSize: above }} />
        {items.slice(start, end).map((item) => (
          <div key={item.key} className={styles.row} data-row={item.key}>
            {renderItem(item)}
          </div>
        ))}
        <div style={{ blockSize: below }} />
      </div>
    </div>
  );
}
