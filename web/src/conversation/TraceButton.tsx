import type { KeyboardEvent, ReactNode } from 'react';
import { traceWanted } from '../domain/traceWanted';
import type { Message } from '../domain/message';
import { previewOf } from '../domain/preview';
import styles from './TraceButton.module.css';

/**
 * Time and glyph of an own message, to be pressed for its flight recorder. One of them takes part in the tab
 * order; the arrow keys go on from there to the others.
 */
export function TraceButton({
  message,
  own,
  label,
  isTabStop,
  className,
  children,
}: TraceButtonProps) {
  return (
    <button
      type="button"
      className={`${styles.button ?? ''} ${className}`}
      aria-label={label}
      aria-haspopup="dialog"
      tabIndex={isTabStop ? 0 : -1}
      data-trace=""
      onKeyDown={walk}
      onClick={({ currentTarget }) =>
        traceWanted.emit({
          clientId: message.client_id,
          conversationId: message.conversation_id,
          text: message.text_content || previewOf(message).text,
          senderName: own ? null : message.sender_name,
          opener: currentTarget,
        })
      }
    >
      {children}
    </button>
  );
}

interface TraceButtonProps {
  message: Message;
  own: boolean;
  label: string;
  isTabStop: boolean;
  className: string;
  children: ReactNode;
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step === undefined) return;
  const all = [...document.querySelectorAll<HTMLElement>('[data-trace]')];
  const next = all[all.indexOf(event.currentTarget) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
