-- What the server has to remember so that a late packet changes nothing, and whose answer was first.

-- R21: who answered between what the sender saw and what the sender wrote, and when.
ALTER TABLE messages ADD COLUMN crossed_name TEXT;
ALTER TABLE messages ADD COLUMN crossed_at BIGINT;

-- R5: ids this agent's texts came back under, with what was said then: a late POST of one is answered the same.
-- Kept by agent, so that nobody can take an id from somebody else. Tombstones written by an older server are still read.
CREATE TABLE agent_tombstones (
    agent_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    code TEXT NOT NULL,
    params_json TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, client_id)
);
CREATE INDEX agent_tombstones_by_age ON agent_tombstones (agent_id, created_at);

-- The new id that each "Send again" carried: a late copy of that request makes no further attempt.
CREATE TABLE repetitions (
    client_id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id),
    created_at BIGINT NOT NULL
);

-- R7: since when WhatsApp holds this number; the administrator is told when it begins, once for all processes.
-- R9: a number that does not answer is silent until then; what WhatsApp itself has asked for stays in paused_until.
ALTER TABLE inboxes ADD COLUMN held_since BIGINT;
ALTER TABLE inboxes ADD COLUMN silent_until BIGINT;

-- With wanted_at the figures of the outbox come from the index alone.
DROP INDEX messages_outbox;
CREATE INDEX messages_outbox
    ON messages (conversation_id, pos, outbox_state, next_attempt_at, lease_until, wanted_at)
    WHERE outbox_state IS NOT NULL;
