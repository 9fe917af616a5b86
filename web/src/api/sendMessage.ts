import type { OptimisticMessage } from '../domain/message';
import type { MessageRow, SendMessage } from '../protocol/shapes';
import { request } from './http';

/** Asks the server to accept a message; the same id and body are answered by the same row, however often. */
export function sendMessage(
  message: OptimisticMessage,
  seenPos: number | null,
  signal: AbortSignal,
): Promise<MessageRow> {
  const body: SendMessage = {
    client_id: message.client_id,
    text_content: message.text_content,
    message_type: 'text',
    seen_pos: seenPos,
    reply_to: message.reply_to,
  };
  return request(
    'POST',
    `/api/conversations/${encodeURIComponent(message.conversation_id)}/messages`,
    { body, headers: { 'Idempotency-Key': message.client_id }, signal },
  );
}
