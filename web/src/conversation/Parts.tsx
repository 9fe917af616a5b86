import { isStored, type Message } from '../domain/message';
import { later } from '../ui/later';
import { OtherKind } from './OtherKind';

const parts = later(() => import('./parts/parts'));

/** Asked for when a thread is opened, so that it is here before the first message that needs it. */
export function preloadParts(): void {
  void parts.load().catch(() => undefined);
}

/** What stands above a message's words: what it answers, and what it carries. What has no drawing says so. */
export function PartsAbove({ message, isDrawn }: { message: Message; isDrawn: boolean }) {
  const loaded = parts.use();
  const content = isStored(message) ? message.content : undefined;
  const other = isDrawn ? null : <OtherKind message={message} />;
  if (loaded === null) return other;
  return (
    <>
      {message.reply_to === null ? null : <loaded.Quote of={message} />}
      {isStored(message) && content !== undefined ? (
        <loaded.MessageParts message={message} content={content} />
      ) : (
        other
      )}
    </>
  );
}

/** What lies over its lower edge. */
export function PartsBelow({ message }: { message: Message }) {
  const loaded = parts.use();
  return loaded !== null && isStored(message) ? (
    <loaded.Reactions reactions={message.reactions} />
  ) : null;
}
