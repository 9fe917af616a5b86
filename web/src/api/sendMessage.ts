import type { OptimisticMessage } from '../domain/message';
import type { MessageRow, SendMessage } from '../protocol/shapes';
import { request } from './http';

/**
 * Asks the server to accept a message; the same id and body are answered by the same row, however often.
 * `mediaId`: the server's own of its file, where it has one.
 */
export function sendMessage(
  message: OptimisticMessage,
  seenPos: number | null,
  signal: AbortSignal,
  mediaId?: string,
): Promise<MessageRow> {
  const filename = message.media?.filename;
  const media = mediaId && { media: { id: mediaId, ...(filename && { filename }) } };
  const body: SendMessage = {
    client_id: message.client_id,
    text_content: message.text_content,
    message_type: message.message_type,
    seen_pos: seenPos,
    reply_to: message.reply_to,
    ...media,
  };
  return request(
    'POST',
    `/api/conversations/${encodeURIComponent(message.conversation_id)}/messages`,
    { body, headers: { 'Idempotency-Key': message.client_id }, signal },
  );
}
