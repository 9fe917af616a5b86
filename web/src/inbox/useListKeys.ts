import { useEffect, useRef, type RefObject } from 'react';

/**
 * The list by keyboard. j and k walk it from anywhere, the arrows while it has the focus; `/` or Ctrl/Cmd+K
 * go to the search field; Esc leaves the open conversation. Keys that a field, a menu or the composer has
 * used (`preventDefault`) are left alone, and single letters never act while somebody types.
 */
export function useListKeys(keys: ListKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if (act(event, latest.current)) event.preventDefault();
    };
    document.addEventListener('keydown', handle);
    return () => document.removeEventListener('keydown', handle);
  }, []);
}

interface ListKeys {
  /** Conversations as shown, in order. */
  ids: readonly string[];
  openId: string | null;
  list: RefObject<HTMLElement | null>;
  onSearch: () => void;
  /** Leaves the open conversation. */
  onBack: () => void;
}

/** True when the key did something. */
function act(event: KeyboardEvent, keys: ListKeys): boolean {
  const withCommand = event.ctrlKey || event.metaKey;
  if (withCommand && !event.altKey && event.key.toLowerCase() === 'k') {
    keys.onSearch();
    return true;
  }
  if (withCommand || event.altKey) return false;
  if (event.key === 'Escape' && keys.openId !== null) {
    keys.onBack();
    focusConversation(keys.list.current, keys.openId);
    return true;
  }
  if (isTyping(event.target)) return false;
  if (event.key === '/') {
    keys.onSearch();
    return true;
  }
  const step = stepOf(event, keys.list.current);
  return step !== 0 && walk(keys, step);
}

function stepOf(event: KeyboardEvent, list: HTMLElement | null): number {
  const inList = event.target instanceof Node && list?.contains(event.target);
  if (event.key === 'j' || (inList === true && event.key === 'ArrowDown')) return 1;
  if (event.key === 'k' || (inList === true && event.key === 'ArrowUp')) return -1;
  return 0;
}

function walk({ ids, openId, list }: ListKeys, step: number): boolean {
  const focused = document.activeElement?.getAttribute('data-conversation-id') ?? openId;
  const here = focused === null ? -1 : ids.indexOf(focused);
  const next = ids[here === -1 ? 0 : Math.max(0, Math.min(ids.length - 1, here + step))];
  if (next === undefined) return false;
  focusConversation(list.current, next);
  return true;
}

/** Moves the focus to a conversation's row, if it is drawn. */
export function focusConversation(list: HTMLElement | null, id: string): void {
  list?.querySelector<HTMLElement>(`[data-conversation-id="${CSS.escape(id)}"]`)?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select');
}
