import { createSignal } from './signal';

/** A picture that somebody wants to see large. */
export interface PictureWanted {
  clientId: string;
  conversationId: string;
  /** What was pressed: it gets the focus back. */
  opener: HTMLElement;
}

export const pictureWanted = createSignal<PictureWanted>();
