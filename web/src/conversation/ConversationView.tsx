import { useCallback, useRef, useState } from 'react';
import { useConversationRow } from '../cache/conversations';
import { rowOf } from '../cache/messageHistory';
import { discardUnsent, liftUnsent, retryUnsent } from '../outbox/settleMessage';
import { useWaitingCount } from '../outbox/useOutbox';
import { useSendMessage } from '../outbox/useSendMessage';
import type { AgentRow, ConversationRow } from '../protocol/shapes';
import { tryNow, useConnectionState } from '../realtime/connection';
import { Button } from '../ui/Button';
import { EmptyState } from '../ui/EmptyState';
import { Icon } from '../ui/Icon';
import { LiveRegion } from '../ui/LiveRegion';
import { ConnectionBanner } from './ConnectionBanner';
import { ContactPanel } from './ContactPanelDoor';
import { ConversationHeader } from './ConversationHeader';
import styles from './ConversationView.module.css';
import { MessageComposer } from './MessageComposer';
import { Thread, type ThreadHandle } from './Thread';
import { UnsentTray } from './UnsentTray';
import { useArrivals } from './useArrivals';
import { useTimeline } from './useTimeline';

interface ConversationViewProps {
  conversationId: string;
  agent: AgentRow;
  onBack: () => void;
}

/** One open conversation: header, thread, what came back, composer. */
export function ConversationView(props: ConversationViewProps) {
  const conversation = useConversationRow(props.conversationId);
  if (conversation === null) return <NotHere onBack={props.onBack} />;
  return <OpenConversation key={props.conversationId} {...props} conversation={conversation} />;
}

function OpenConversation(
  props: ConversationViewProps & { conversation: ConversationRow | undefined },
) {
  const { conversationId, conversation, agent, onBack } = props;
  const [isPanelOpen, setPanelOpen] = useState(false);
  const connection = useConnectionState();
  const waiting = useWaitingCount();
  const timeline = useTimeline(conversationId, conversation, agent._id);
  const arrivals = useArrivals(timeline.items);
  const thread = useRef<ThreadHandle>(null);
  const sendMessage = useSendMessage(conversationId);

  const handleSendMessage = useCallback(() => {
    const clientId = sendMessage(thread.current?.seenPos() ?? null);
    if (clientId !== null) thread.current?.goToEnd();
  }, [sendMessage]);

  const { history, unsent } = timeline;
  const onUnsent = (act: typeof liftUnsent) => (clientId: string) => {
    const entry = unsent.find((each) => each.clientId === clientId);
    if (entry) act(entry, rowOf(history, clientId));
  };

  return (
    <div className={styles.conversation} data-panel={isPanelOpen || undefined}>
      <div className={styles.main}>
        <ConversationHeader
          conversation={conversation}
          onBack={onBack}
          panelOpen={isPanelOpen}
          onTogglePanel={() => setPanelOpen((isOpen) => !isOpen)}
        />
        <ConnectionBanner state={connection} waiting={waiting} onTryNow={tryNow} />
        <Thread
          ref={thread}
          conversationId={conversationId}
          timeline={timeline}
          readUpToPos={conversation?.read_up_to_pos}
          ownAgentId={agent._id}
        />
        <div className={styles.foot}>
          <UnsentTray
            entries={unsent}
            onRetry={onUnsent(retryUnsent)}
            onDiscard={onUnsent(discardUnsent)}
            onLift={onUnsent(liftUnsent)}
          />
          <MessageComposer conversationId={conversationId} handleSendMessage={handleSendMessage} />
        </div>
        <LiveRegion label="New messages" phrases={arrivals} />
      </div>
      {isPanelOpen && conversation ? (
        <ContactPanel conversation={conversation} onClose={() => setPanelOpen(false)} />
      ) : null}
    </div>
  );
}

function NotHere({ onBack }: { onBack: () => void }) {
  return (
    <EmptyState
      picture={<Icon name="search" size={40} />}
      title="This conversation is not here"
      action={<Button onClick={onBack}>Back to the list</Button>}
    >
      It is in none of your inboxes, or its address is not whole.
    </EmptyState>
  );
}
