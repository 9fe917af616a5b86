import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { speakFor } from '../api/http';
import { onSignedOut } from '../api/session';
import { createQueryClient } from '../cache/queryClient';
import { startOutbox } from '../outbox/running';
import type { SessionAnswer } from '../protocol/shapes';
import { useWebSocket } from '../realtime/useWebSocket';
import { keepAsking, type Asking } from './keepAsking';
import styles from './SessionGate.module.css';
import { signOutHere } from './signOutHere';
import { Unreachable } from './Unreachable';

// Who is signed in never needs it.
const SignIn = lazy(async () => ({ default: (await import('./SignIn')).SignIn }));

/**
 * Lets in who is signed in, with a cache, a socket and an outbox of their own. A session that ends in the
 * middle of work lays the sign-in form over the page and wipes nothing: drafts, outbox and scroll places are
 * there again afterwards.
 */
export function SessionGate({ children }: SessionGateProps) {
  const [work, setWork] = useState<Work | null>(null);
  const [gate, setGate] = useState<'asking' | 'unreachable' | 'shut' | 'open'>('asking');
  const asking = useRef<Asking>(null);

  const begin = useCallback((session: SessionAnswer, client: QueryClient) => {
    // Before anything is drawn: the first composer on screen already writes into it.
    speakFor(session.agent._id);
    startOutbox({ session, client });
    setWork({ session, client });
    setGate('open');
  }, []);
  useEffect(() => {
    asking.current = keepAsking((found) => {
      if (found === 'unreachable') setGate('unreachable');
      else if (found === null) setGate('shut');
      else begin(found, createQueryClient());
    });
    return () => asking.current?.stop();
  }, [begin]);
  useEffect(() => onSignedOut(() => setGate((now) => (now === 'open' ? 'shut' : now))), []);

  const signOut = async () => {
    if (work === null) return;
    await signOutHere(work.client);
    speakFor(null);
    setWork(null);
    setGate('shut');
  };

  if (gate === 'unreachable') return <Unreachable onRetry={() => asking.current?.now()} />;
  return (
    <>
      {work === null ? null : (
        <QueryClientProvider key={work.session.agent._id} client={work.client}>
          <Live session={work.session} />
          <div className={styles.work} inert={gate !== 'open'}>
            {children(work.session, signOut)}
          </div>
        </QueryClientProvider>
      )}
      {gate === 'shut' ? (
        <div className={work === null ? undefined : styles.over}>
          <Suspense>
            <SignIn
              notice={work === null ? undefined : ENDED}
              email={work?.session.agent.email}
              onSignedIn={(session) => {
                const isSame = work?.session.agent._id === session.agent._id;
                begin(session, isSame ? work.client : createQueryClient());
              }}
            />
          </Suspense>
        </div>
      ) : null}
    </>
  );
}

const ENDED = 'Your session has ended. Sign in to go on; your texts are kept.';

/** A session, and what the browser knows in it. */
interface Work {
  session: SessionAnswer;
  client: QueryClient;
}

interface SessionGateProps {
  /** `signOut`: by the agent's own will. Rejects when the server does not answer. */
  children: (session: SessionAnswer, signOut: () => Promise<void>) => ReactNode;
}

function Live({ session }: { session: SessionAnswer }) {
  useWebSocket(session);
  return null;
}
