import { createContext } from 'react';
import type { Message } from '../domain/message';

/** What a row of the thread may ask of the others. */
export interface ThreadRows {
  /** The message of this client_id, if it is loaded. */
  find: (clientId: string) => Message | undefined;
  /** Leads to it, loading what lies between; a band shows which one it is. */
  goTo: (clientId: string) => void;
}

export const ThreadRows = createContext<ThreadRows>({
  find: () => undefined,
  goTo: () => undefined,
});
