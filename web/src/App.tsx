import { ConnectionBanner } from './conversation/ConnectionBanner';
import { ConversationView } from './conversation/ConversationView';
import { LightboxDoor } from './conversation/LightboxDoor';
import { DebugDoor } from './debug/DebugDoor';
import { Inbox } from './inbox/Inbox';
import { hasUnsentText } from './outbox/running';
import { useWaitingCount } from './outbox/useOutbox';
import { tryNow, useConnectionState } from './realtime/connection';
import { RecorderDoor } from './recorder/RecorderDoor';
import { SessionGate } from './session/SessionGate';

/** Puts gate, inbox and conversation together; they know nothing of each other. */
export function App() {
  return (
    <SessionGate>
      {(session, signOut) => (
        <>
          <DebugDoor session={session} />
          <RecorderDoor agent={session.agent} />
          <LightboxDoor />
          <Inbox
            session={session}
            unsentTexts={hasUnsentText}
            onSignOut={signOut}
            notice={<Connection />}
            renderThread={(conversationId, onBack) => (
              <ConversationView
                conversationId={conversationId}
                agent={session.agent}
                onBack={onBack}
              />
            )}
          />
        </>
      )}
    </SessionGate>
  );
}

/** The banner where no conversation is open that would show it. */
function Connection() {
  return (
    <ConnectionBanner state={useConnectionState()} waiting={useWaitingCount()} onTryNow={tryNow} />
  );
}
