import { lazy, Suspense } from 'react';
import { isStored, type Message } from '../domain/message';
import { OtherKind } from './OtherKind';

const load = () => import('./parts/MessageParts');
const MessageParts = lazy(async () => ({ default: (await load()).MessageParts }));

/** Asked for when nothing else is to do, so that it is here before the first message that needs it. */
export function preloadParts(): void {
  void load().catch(() => undefined);
}

/** What a message carries beside its words; nothing for most. What has no drawing says what is missing. */
export function Parts({ message, isText }: { message: Message; isText: boolean }) {
  const content = isStored(message) ? message.content : undefined;
  if (!isStored(message) || content === undefined) {
    return isText ? null : <OtherKind message={message} />;
  }
  return (
    <Suspense fallback={isText ? null : <OtherKind message={message} />}>
      <MessageParts message={message} content={content} />
    </Suspense>
  );
}
