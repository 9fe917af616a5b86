import { useCallback, type ReactNode } from 'react';
import { useLocation, useRoute } from 'wouter';
import { useConnectionState } from '../realtime/connection';
import type { SessionAnswer } from '../protocol/shapes';
import type { SignOutProps } from './SignOut';
import { ConversationList } from './ConversationList';
import styles from './Inbox.module.css';
import { NothingSelected } from './NothingSelected';
import { Rail } from './Rail';

/** The frame: rail, list, thread. Narrow, it shows the list or the thread, and the list keeps its place. */
export function Inbox({ session, renderThread, notice, ...out }: InboxProps) {
  const connection = useConnectionState();
  const [, params] = useRoute('/c/:id');
  const [, navigate] = useLocation();
  const openId = params?.id ?? null;
  const back = useCallback(() => navigate('/'), [navigate]);
  return (
    <div
      className={styles.frame}
      data-connection={connection}
      data-pane={openId === null ? 'list' : 'thread'}
    >
      <Rail agent={session.agent} emulatorConsole={session.emulator_console} {...out} />
      <ConversationList session={session} openId={openId} onBack={back} />
      <main className={styles.thread}>
        {openId === null ? (
          <>
            {notice}
            <NothingSelected />
          </>
        ) : (
          renderThread(openId, back)
        )}
      </main>
    </div>
  );
}

interface InboxProps extends SignOutProps {
  session: SessionAnswer;
  /** The open conversation; the inbox knows nothing of how it is drawn. */
  renderThread: (conversationId: string, onBack: () => void) => ReactNode;
  /** Stands in the thread's place while none is open. */
  notice: ReactNode;
}
