import { listenToOutbox, listenToSocket } from './consoleTags';
import { optimisticIds, testOptimisticMessage } from './testOptimisticMessage';

declare global {
  interface Window {
    /** Sends a message like Enter does and measures its way (protocol.md §6). */
    testOptimisticMessage?: typeof testOptimisticMessage;
    readonly optimisticMessageIds?: readonly string[];
    readonly lastOptimisticMessageId?: string | null;
  }
}

/** Opens the debug door of this page: the window's functions and the console's tags. Once is enough. */
export function installDebug(): void {
  if (window.testOptimisticMessage) return;
  window.testOptimisticMessage = testOptimisticMessage;
  const outbox = listenToOutbox();
  Object.defineProperties(window, {
    optimisticMessageIds: { get: optimisticIds },
    lastOptimisticMessageId: { get: outbox.newest },
  });
  listenToSocket();
}
