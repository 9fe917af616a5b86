import { createSignal } from './signal';

/** A message whose life somebody wants to see. */
export interface TraceWanted {
  clientId: string;
  /** Null where only the text is known. */
  conversationId: string | null;
  text: string;
  /** Who pressed Enter; null: this agent. */
  senderName: string | null;
  /** What was pressed: the pop-over points at it, and gives the focus back to it. */
  opener: HTMLElement;
}

/** Somebody has asked for the flight recorder. */
export const traceWanted = createSignal<TraceWanted>();
