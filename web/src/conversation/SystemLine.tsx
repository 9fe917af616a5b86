import type { Message } from '../domain/message';
import { plainText } from '../domain/messageText';
import { timeOfDay } from '../domain/time';
import styles from './SystemLine.module.css';

/** What happened in a conversation without anybody saying it. */
export function SystemLine({
  message,
  timeZone,
}: {
  message: Message;
  timeZone: string | undefined;
}) {
  const words = plainText(message.text_content) || 'Something changed in this conversation.';
  return (
    <p className={styles.line}>
      <bdi>{words}</bdi>{' '}
      <time dateTime={message.timestamp}>{timeOfDay(message.timestamp, { timeZone })}</time>
    </p>
  );
}
