import { useLayoutEffect, useState, type CSSProperties, type RefObject } from 'react';

const MARGIN = 12;
const TAIL = 10;
const NARROW = '(max-width: 799px)';

export interface Place {
  style: CSSProperties;
  /** The side with the tail that points at the message; `none`: the message is not in sight, or the box is a sheet. */
  tail: 'below' | 'above' | 'none';
}

/** Above the message if there is room, else below it, else beside the edge; on a phone a sheet (by CSS alone). */
export function usePlace(box: RefObject<HTMLElement | null>, opener: HTMLElement): Place {
  const [place, setPlace] = useState<Place>({ style: {}, tail: 'none' });
  useLayoutEffect(() => {
    const settle = () => {
      const next = placeOf(box.current, opener);
      setPlace((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
    };
    settle();
    const sizes = new ResizeObserver(settle);
    if (box.current) sizes.observe(box.current);
    addEventListener('resize', settle);
    document.addEventListener('scroll', settle, true);
    return () => {
      sizes.disconnect();
      removeEventListener('resize', settle);
      document.removeEventListener('scroll', settle, true);
    };
  }, [box, opener]);
  return place;
}

function placeOf(box: HTMLElement | null, opener: HTMLElement): Place {
  if (!box || matchMedia(NARROW).matches) return { style: {}, tail: 'none' };
  const { offsetHeight: height, offsetWidth: width } = box;
  const at = opener.getBoundingClientRect();
  const { top: above, bottom: below } = (
    opener.closest('[data-bubble]') ?? opener
  ).getBoundingClientRect();
  const end = Math.min(innerWidth - MARGIN, Math.max(width + MARGIN, at.right + 8));
  const insetInlineStart = end - width;
  const tailAt = { '--tail': `${Math.round(end - at.right + at.width / 2)}px` } as CSSProperties;
  const style = { ...tailAt, insetInlineStart };
  const isInSight = opener.isConnected && below > 0 && above < innerHeight;
  const bottom = above - TAIL;
  if (isInSight && bottom - height >= MARGIN) {
    return { style: { ...style, insetBlockStart: bottom - height }, tail: 'below' };
  }
  const top = below + TAIL;
  if (isInSight && top + height <= innerHeight - MARGIN) {
    return { style: { ...style, insetBlockStart: top }, tail: 'above' };
  }
  const room = innerHeight - MARGIN - height;
  const clamped = Math.max(MARGIN, Math.min(room, bottom - height));
  return { style: { ...style, insetBlockStart: clamped }, tail: 'none' };
}
