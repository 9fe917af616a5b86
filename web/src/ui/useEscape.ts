import { useEffect, useEffectEvent } from 'react';

/** What Esc can close, the one opened last at the end. */
const layers: symbol[] = [];

/** Esc peels this layer before the one below it, wherever the focus is. */
export function useEscape(onEscape: () => void): void {
  const escape = useEffectEvent((event: KeyboardEvent, layer: symbol) => {
    if (event.key !== 'Escape' || event.isComposing || layers.at(-1) !== layer) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    onEscape();
  });
  useEffect(() => {
    const layer = Symbol('layer');
    const handle = (event: KeyboardEvent) => escape(event, layer);
    layers.push(layer);
    document.addEventListener('keydown', handle, true);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      document.removeEventListener('keydown', handle, true);
    };
  }, []);
}
