-- Times are milliseconds since the epoch. Booleans are 0 or 1. Text in *_json columns is JSON.

CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- 'seq': the number of the newest event. A row locked in the transaction, not a database sequence:
-- so numbers have no gaps and rise in commit order (R2).
CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO counters (name, value) VALUES ('seq', 0);

CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE inboxes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    phone_number_id TEXT NOT NULL UNIQUE,
    business_account_id TEXT NOT NULL,
    display_phone_number TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- While set and in the future nothing of this number is claimed (R7 held, R9 pause and probe).
    paused_until BIGINT,
    paused_reason TEXT
);

CREATE TABLE inbox_members (
    inbox_id TEXT NOT NULL REFERENCES inboxes (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    PRIMARY KEY (inbox_id, agent_id)
);

-- phone, bsuid and username are the newest known; contact_aliases keeps every one ever seen.
CREATE TABLE contacts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    phone TEXT,
    bsuid TEXT,
    username TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE contact_aliases (
    kind TEXT NOT NULL CHECK (kind IN ('bsuid', 'phone', 'username')),
    value TEXT NOT NULL,
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, value)
);

CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    rev BIGINT NOT NULL,
    inbox_id TEXT NOT NULL REFERENCES inboxes (id),
    contact_id TEXT NOT NULL REFERENCES contacts (id),
    last_pos BIGINT NOT NULL,
    last_activity_at BIGINT NOT NULL,
    last_inbound_at BIGINT,
    read_up_to_pos BIGINT NOT NULL,
    unread_count BIGINT NOT NULL,
    unsent_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (inbox_id, contact_id)
);
CREATE INDEX conversations_by_activity ON conversations (last_activity_at, id);

-- The row is the outbox: outbox_state is null for inbound rows and for all that need no more work.
-- waiting: to be claimed from next_attempt_at on; claimed: a call is under way under a lease;
-- doubted: the call's outcome is unknown, the lane waits for word until lease_until (R9).
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    inbox_id TEXT NOT NULL,
    pos BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    direction TEXT NOT NULL,
    message_type TEXT NOT NULL,
    sender_role TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    text_content TEXT NOT NULL,
    status TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    wamid TEXT,
    error_json TEXT,
    reply_to TEXT,
    retry_of TEXT UNIQUE,
    dismissed_at BIGINT,
    crossed INTEGER NOT NULL DEFAULT 0,
    raw_json TEXT,
    outbox_state TEXT CHECK (outbox_state IN ('waiting', 'claimed', 'doubted')),
    attempt INTEGER NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until BIGINT,
    next_attempt_at BIGINT NOT NULL DEFAULT 0,
    -- How often this attempt was put off; the back-off grows with it.
    put_off INTEGER NOT NULL DEFAULT 0,
    -- When a person last wanted it sent: acceptance, or "Send again".
    wanted_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (conversation_id, pos)
);
CREATE INDEX messages_outbox ON messages (conversation_id, pos, outbox_state, next_attempt_at, lease_until)
    WHERE outbox_state IS NOT NULL;
CREATE INDEX messages_unconfirmed ON messages (conversation_id) WHERE status = 'unconfirmed' AND dismissed_at IS NULL;
CREATE UNIQUE INDEX messages_inbound_wamid ON messages (wamid) WHERE direction = 'inbound';

-- One call to WhatsApp each. progress, failures_json and lapsed are the join of R4.
CREATE TABLE attempts (
    message_id TEXT NOT NULL REFERENCES messages (id),
    n INTEGER NOT NULL,
    wamid TEXT UNIQUE,
    progress TEXT NOT NULL,
    failures_json TEXT NOT NULL,
    lapsed INTEGER NOT NULL DEFAULT 0,
    claimed_at BIGINT NOT NULL,
    answered_at BIGINT,
    PRIMARY KEY (message_id, n)
);

-- A text cancelled by its agent before it was handed over: a late POST of the id gets 410.
CREATE TABLE tombstones (client_id TEXT PRIMARY KEY, created_at BIGINT NOT NULL);

CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    type TEXT NOT NULL,
    inbox_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    message_id TEXT,
    up_to_pos BIGINT,
    reader_id TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    received_at BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX webhooks_by_age ON webhooks (received_at);

-- Items of a webhook that could not be applied; the raw body stays beside them.
CREATE TABLE set_aside (
    id TEXT PRIMARY KEY,
    webhook_id TEXT NOT NULL,
    place TEXT NOT NULL,
    reason TEXT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX set_aside_by_age ON set_aside (received_at);

-- Statuses that came before their message's wamid was known, or for a message not ours.
CREATE TABLE orphan_statuses (
    wamid TEXT NOT NULL,
    status TEXT NOT NULL,
    failures_json TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (wamid, status)
);
CREATE INDEX orphan_statuses_by_age ON orphan_statuses (received_at);
