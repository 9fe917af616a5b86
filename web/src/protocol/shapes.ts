// Generated from forthwith/protocol by tools/generate_protocol.py; do not edit.

export const PROTOCOL_VERSION = 1;

export type Status = "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "unconfirmed" | "received";

/** Every `code` the server can name; the catalogue has one sentence for each. */
export const ERROR_CODES = [
  "already_handed_over",
  "already_settled",
  "bad_request",
  "bad_signature",
  "blocked_by_us",
  "body_too_large",
  "cancelled",
  "country_restricted",
  "experiment",
  "foreign_origin",
  "headers_too_large",
  "idempotency_conflict",
  "idempotency_key_mismatch",
  "identity_changed",
  "internal_error",
  "invalid_body",
  "malformed_body",
  "marketing_limit",
  "marketing_stopped",
  "media_fault",
  "messaging_limit",
  "method_not_allowed",
  "not_allowed_recipient",
  "not_found",
  "payment_missing",
  "protocol_too_old",
  "rate_limited",
  "recipient_type_unsupported",
  "refused",
  "signed_out",
  "spam_restricted",
  "stale",
  "storage_full",
  "storage_unavailable",
  "template_fault",
  "text_empty",
  "text_too_long",
  "too_many_attempts",
  "undeliverable",
  "unsupported_media_type",
  "window_closed",
  "wrong_credentials",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Why a message failed: `code` has one sentence in the web catalogue, `params` fill it, `detail` is WhatsApp's own text. */
export interface MessageError {
  code: string;
  params: Record<string, string | number>;
  detail: string | null;
}

/** Who answered first when two answers crossed, and when (R21). */
export interface Crossing {
  name: string;
  at: string;
}

/** A stored message, whole: events carry it like this and never as a delta (R12). */
export interface MessageRow {
  _id: string;
  client_id: string;
  conversation_id: string;
  message_type: string;
  type: string;
  direction: "inbound" | "outbound";
  sender_role: "agent" | "contact" | "system";
  sender_id: string;
  sender_name: string;
  text_content: string;
  status: "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "unconfirmed" | "received";
  timestamp: string;
  created_at: string;
  updated_at: string;
  pos: number;
  rev: number;
  wamid: string | null;
  error: MessageError | null;
  retry_of: string | null;
  dismissed_at: string | null;
  reply_to: string | null;
  media: Record<string, string | number> | null;
  reactions: Record<string, string>[];
  crossed: boolean;
  crossed_by?: Crossing;
}

/** The customer's person; phone and username may each be missing. */
export interface ContactRow {
  _id: string;
  name: string;
  phone?: string;
  username?: string;
}

/** A conversation as the list shows it. `last_message` has its own `rev` and may be newer than this row's. */
export interface ConversationRow {
  _id: string;
  rev: number;
  inbox_id: string;
  contact: ContactRow;
  last_message: MessageRow | null;
  last_pos: number;
  last_activity_at: string;
  read_up_to_pos: number;
  unread_count: number;
  service_window_expires_at: string | null;
  unsent_count: number;
}

/** The agent who is signed in. */
export interface AgentRow {
  _id: string;
  email: string;
  name: string;
}

/** All conversations of one business number. */
export interface InboxRow {
  _id: string;
  name: string;
  display_phone_number: string;
}

/** `POST` and `GET /api/session`. `debug` turns the console tags on; `epoch` names the store. `emulator_console`: address of the emulator's console in the demo, else empty. */
export interface SessionAnswer {
  agent: AgentRow;
  inboxes: InboxRow[];
  epoch: string;
  debug: boolean;
  emulator_console: string;
}

/** A snapshot of the list, true at `as_of_seq`; `next_cursor` is opaque, null at the end. */
export interface ConversationPage {
  as_of_seq: number;
  epoch: string;
  conversations: ConversationRow[];
  next_cursor: string | null;
}

/** A snapshot of part of a conversation, ordered by `pos`, true at `as_of_seq`. */
export interface MessagePage {
  as_of_seq: number;
  epoch: string;
  messages: MessageRow[];
  has_more: boolean;
}

/** Body of `POST /api/session`. */
export interface SignIn {
  email: string;
  password: string;
}

/** Body of `POST /api/conversations/{id}/messages`. `seen_pos`: greatest `pos` on the sender's screen (R21). */
export interface SendMessage {
  client_id: string;
  text_content: string;
  message_type: "text";
  seen_pos: number | null;
  reply_to: string | null;
}

/** Body of `POST /api/messages/{client_id}/retry`; the new id is used when a failed row becomes a new message. */
export interface RetryMessage {
  client_id: string;
}

/** Body of `POST /api/conversations/{id}/read`. */
export interface MarkRead {
  up_to_pos: number;
}

/** What the sender's browser saw, in milliseconds since the epoch by its own clock. */
export interface ReportedHop {
  name: "enter" | "painted" | "posted" | "answered" | "drawn";
  at: number;
}

/** Everything it saw of one message since the last report, or before as well. */
export interface ReportedTrace {
  client_id: string;
  hops: ReportedHop[];
}

/** Body of `POST /api/traces`. */
export interface ReportTraces {
  traces: ReportedTrace[];
}

/** Something that happened to a message, at a time of the clock named: the sender's browser's or the server's. `attempt`: of what belongs to one. `code`: WhatsApp's number, `reason`: our word for it. `until`: put off until then. `why`, `after_ms`: how the answer of a call was lost, and how long after the call. `late`: WhatsApp named it after all, or had named it by then. `nth`: of a POST. `by`: the agent's name. */
export interface Hop {
  name: "enter" | "painted" | "posted" | "answered" | "drawn" | "stored" | "claimed" | "accepted" | "sent" | "delivered" | "read" | "played" | "paced" | "held" | "not_sent" | "unanswered" | "lapsed" | "again" | "refused" | "failed" | "returned" | "dismissed" | "retried";
  at: string;
  clock?: "browser" | "server";
  attempt?: number;
  code?: number;
  reason?: string;
  until?: string;
  why?: "timeout" | "broken" | "unreadable" | "fault" | "stopped";
  after_ms?: number;
  late?: boolean;
  nth?: number;
  by?: string;
}

/** One call to WhatsApp; `wamid` is null until it is known. */
export interface TraceAttempt {
  n: number;
  wamid: string | null;
}

/** A message's life. Hops of one clock are in their order; only the browser's POST and answer tie the clocks. */
export interface Trace {
  client_id: string;
  message_id: string;
  pos: number;
  status: "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "unconfirmed" | "received";
  attempts: TraceAttempt[];
  hops: Hop[];
  retry_of: string | null;
  retried_as: string | null;
}

/** `application/problem+json`: `code` is stable, `detail` one English sentence for logs and scripts. */
export interface Problem {
  code: string;
  status: number;
  title: string;
  detail?: string;
  params?: Record<string, string | number>;
}

/** A numbered fact. `prev_seq` is the `seq` of the event sent before it on the same connection. */
export interface Event {
  seq: number;
  prev_seq: number;
  type: "new_message" | "message_status_update" | "messages_read" | "conversation_updated";
  conversation_id: string;
  at: string;
  message?: MessageRow;
  conversation?: ConversationRow;
  up_to_pos?: number;
  reader_id?: string;
}

/** The browser's first frame; an empty epoch or a wrong one is answered by `reset`. */
export interface Resume {
  type: "resume";
  protocol: number;
  epoch: string;
  seq: number;
}

/** Resuming is possible; `seq` is where the replay will end and moves nothing. */
export interface Welcome {
  type: "welcome";
  epoch: string;
  seq: number;
}

/** Resuming is not possible: fetch snapshots again; live events follow from `seq`. */
export interface Reset {
  type: "reset";
  epoch: string;
  seq: number;
}

/** Everything up to `seq` that this agent may see has been sent, the last of it as `prev_seq` (R13). */
export interface Heartbeat {
  type: "heartbeat";
  seq: number;
  prev_seq: number;
}

/** Several events in one frame, in order. */
export interface Events {
  type: "events";
  events: Event[];
}
