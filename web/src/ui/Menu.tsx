import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import styles from './Menu.module.css';

/**
 * A button and what it opens: a pop-over that takes the focus, walks by arrow keys, and closes by Esc,
 * by a press outside or by leaving it with Tab. Give its choices `role="menuitem"`.
 */
export function Menu({ label, trigger, triggerClassName, place, children }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return undefined;
    choicesOf(root.current)[0]?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside, true);
    return () => document.removeEventListener('pointerdown', closeOutside, true);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };

  const handleKey = (event: KeyboardEvent) => {
    if (!isOpen) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      close();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const choices = choicesOf(root.current);
    const here = choices.indexOf(document.activeElement as HTMLElement);
    choices.at((here + step) % choices.length)?.focus();
  };

  return (
    <div
      ref={root}
      className={styles.root}
      onKeyDown={handleKey}
      onBlur={(event) => {
        if (event.relatedTarget !== null && !root.current?.contains(event.relatedTarget))
          setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className={triggerClassName}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {trigger}
      </button>
      {isOpen ? (
        <div
          id={id}
          role="menu"
          aria-label={label}
          className={`${styles.pop ?? ''} ${styles[place] ?? ''}`}
        >
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}

interface MenuProps {
  /** Names the button and the menu. */
  label: string;
  trigger: ReactNode;
  triggerClassName?: string | undefined;
  /** Where the pop-over opens: beside the rail at its foot, or above a bar at the page's foot. */
  place: 'railFoot' | 'barTop';
  children: (close: () => void) => ReactNode;
}

function choicesOf(root: HTMLElement | null): HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
}
