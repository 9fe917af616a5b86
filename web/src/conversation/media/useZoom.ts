import { useRef, useState, type PointerEvent } from 'react';

const LARGEST = 6;
const MOVED = 4;

interface Zoom {
  scale: number;
  x: number;
  y: number;
}

const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };

/** How large a picture is shown and which part of it; by transform alone. */
export function useZoom() {
  const [zoom, setZoom] = useState(WHOLE);
  const from = useRef<{ x: number; y: number; hasMoved: boolean } | null>(null);
  return {
    scale: zoom.scale,
    transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`,
    reset: () => setZoom(WHOLE),
    by: (factor: number) =>
      setZoom(({ scale, x, y }) => {
        const next = Math.min(LARGEST, Math.max(1, scale * factor));
        if (next <= 1.01) return WHOLE;
        return { scale: next, x: (x * next) / scale, y: (y * next) / scale };
      }),
    dragging: {
      onPointerDown: (event: PointerEvent) => {
        from.current = { x: event.clientX, y: event.clientY, hasMoved: false };
      },
      onPointerMove: (event: PointerEvent) => {
        const start = from.current;
        if (!start || zoom.scale === 1 || event.buttons === 0) return;
        const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
        if (!start.hasMoved && Math.hypot(dx, dy) < MOVED) return;
        from.current = { x: event.clientX, y: event.clientY, hasMoved: true };
        setZoom((now) => ({ ...now, x: now.x + dx, y: now.y + dy }));
      },
      /** The click that ends a drag is none. */
      onClickCapture: (event: { stopPropagation: () => void }) => {
        if (from.current?.hasMoved) event.stopPropagation();
        from.current = null;
      },
    },
  };
}
