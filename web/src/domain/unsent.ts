import { isMediaKind, mediaOf, type MediaKind, type MessageMedia } from './media';
import type { OptimisticMessage, StoredMessage } from './message';

/** One text in a conversation's unsent tray (R19). */
export interface UnsentEntry {
  clientId: string;
  text: string;
  authorName: string;
  /** Written by the agent who looks at it. */
  own: boolean;
  reasonCode: string;
  params: Record<string, string | number>;
  /** Trying again as it stands can help. */
  retryable: boolean;
  /** `row`: a failed stored row, the same for every agent; `browser`: refused before acceptance, only here. */
  source: 'row' | 'browser';
  /** Its file; null for a text. A file is never lifted into the composer. */
  file: { kind: MediaKind; media: MessageMedia } | null;
}

/** A text that came back before the server accepted it. */
export interface ReturnedMessage {
  message: OptimisticMessage;
  reason: { code: string; params: Record<string, string | number> } | null;
}

/** What would be refused again for the same reason. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'window_closed',
  'text_empty',
  'text_too_long',
  'invalid_body',
  'not_found',
  'not_allowed_recipient',
  'recipient_type_unsupported',
  'blocked_by_us',
  'country_restricted',
  'template_fault',
  'media_fault',
  'media_too_large',
  'media_unsupported',
  'media_broken',
  'file_missing',
  'protocol_too_old',
]);

/** Failed rows that nobody has settled, then what came back in this browser. */
export function selectUnsent(
  rows: readonly StoredMessage[],
  returned: readonly ReturnedMessage[],
  ownAgentId: string,
): UnsentEntry[] {
  const failed = rows.filter((row) => row.status === 'failed' && row.dismissed_at === null);
  return [
    ...failed.map((row) => unsent(row, row.error, 'row', ownAgentId)),
    ...returned.map(({ message, reason }) => unsent(message, reason, 'browser', ownAgentId)),
  ];
}

function unsent(
  message: StoredMessage | OptimisticMessage,
  reason: ReturnedMessage['reason'],
  source: UnsentEntry['source'],
  ownAgentId: string,
): UnsentEntry {
  const reasonCode = reason?.code ?? 'refused';
  const media = mediaOf(message);
  const kind = message.message_type;
  return {
    clientId: message.client_id,
    text: message.text_content,
    authorName: message.sender_name,
    own: message.sender_id === ownAgentId,
    reasonCode,
    params: reason?.params ?? {},
    retryable: !FINAL_CODES.has(reasonCode),
    source,
    file: media && isMediaKind(kind) ? { kind, media } : null,
  };
}
