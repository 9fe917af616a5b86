import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { cx } from './cx';
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
    const opener = button.current;
    choicesOf(root.current)[0]?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', closeOutside, true);
    return () => {
      document.removeEventListener('pointerdown', closeOutside, true);
      // The focus was in what has just gone: back to where it came from.
      if (document.activeElement === document.body) opener?.focus();
    };
  }, [isOpen]);

  const handleKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      setOpen(false);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const choices = choicesOf(root.current);
    const here = choices.findIndex((choice) => choice === document.activeElement);
    choices.at((here + step) % choices.length)?.focus();
  };

  return (
    <div ref={root} className={styles.root}>
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
          tabIndex={-1}
          aria-label={label}
          className={cx(styles.pop, styles[place])}
          onKeyDown={handleKey}
          onBlur={(event) => {
            const next = event.relatedTarget;
            if (next !== null && !root.current?.contains(next)) setOpen(false);
          }}
        >
          {children(() => setOpen(false))}
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
