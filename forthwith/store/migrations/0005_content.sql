-- What a message carries beside its text (protocol/content.py), as JSON; NULL for a text alone.
ALTER TABLE messages ADD COLUMN content_json TEXT;

-- Reactions, as JSON: sender's id to {emoji, name, by, at}. `at`: WhatsApp's time; one that was taken back stays with an
-- empty emoji, so that an older one that comes late does not return.
ALTER TABLE messages ADD COLUMN reactions_json TEXT;

-- Reactions and edits that came before their message was known by its wamid (R10).
CREATE TABLE early_changes (
    wamid TEXT NOT NULL,
    kind TEXT NOT NULL,
    change_json TEXT NOT NULL,
    inbox_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (wamid, kind, change_json)
);
CREATE INDEX early_changes_by_age ON early_changes (received_at);
