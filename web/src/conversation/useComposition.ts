import { useCallback, useEffect, useRef, type RefObject } from 'react';

const IME_KEY_CODE = 229;
const AFTER_COMPOSITION_MS = 30;

/**
 * Whether a key belongs to an input method that is composing a word. Safari ends the composition before the
 * Enter that ended it arrives, so an Enter right after counts as well.
 */
export function useComposition(
  field: RefObject<HTMLElement | null>,
): (event: KeyboardEvent) => boolean {
  const endedAt = useRef(-Infinity);
  useEffect(() => {
    const element = field.current;
    const ended = (event: CompositionEvent) => (endedAt.current = event.timeStamp);
    element?.addEventListener('compositionend', ended);
    return () => element?.removeEventListener('compositionend', ended);
  }, [field]);
  return useCallback(
    (event) =>
      event.isComposing ||
      event.keyCode === IME_KEY_CODE ||
      event.timeStamp - endedAt.current < AFTER_COMPOSITION_MS,
    [],
  );
}
