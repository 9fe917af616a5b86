-- Files that messages carry. Each lies once in the data folder, under the SHA-256 of its content.
-- The same content may be sent as a picture and as a document: then it has two rows and one file.
CREATE TABLE media (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    width INTEGER,
    height INTEGER,
    duration_ms BIGINT,
    voice INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    UNIQUE (hash, kind)
);

-- Who has uploaded what: an agent may send only that. source_hash is of the bytes as they came: metadata is taken
-- out of pictures, so that what is kept may differ. Forgotten after a day.
CREATE TABLE uploads (
    agent_id TEXT NOT NULL,
    source_hash TEXT NOT NULL,
    wanted TEXT NOT NULL,
    media_id TEXT NOT NULL REFERENCES media (id),
    filename TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, source_hash, wanted)
);
CREATE INDEX uploads_by_media ON uploads (media_id, agent_id);
CREATE INDEX uploads_by_age ON uploads (created_at);

-- What WhatsApp calls a file that was uploaded to it for one of our numbers; it forgets it after 30 days.
CREATE TABLE whatsapp_media (
    media_id TEXT NOT NULL REFERENCES media (id),
    phone_number_id TEXT NOT NULL,
    whatsapp_id TEXT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (media_id, phone_number_id)
);

-- media_json is the row's `media` as browsers see it; media_id the file, null while it is not here.
ALTER TABLE messages ADD COLUMN media_id TEXT;
ALTER TABLE messages ADD COLUMN media_json TEXT;
CREATE INDEX messages_by_media ON messages (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX messages_media_outbox ON messages (conversation_id, pos)
    WHERE media_id IS NOT NULL AND outbox_state IS NOT NULL;

-- Files of contacts' messages that have not been fetched yet; whatsapp_id is good for 7 days.
CREATE TABLE awaited_media (
    message_id TEXT PRIMARY KEY REFERENCES messages (id),
    whatsapp_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at BIGINT NOT NULL
);
CREATE INDEX awaited_media_by_time ON awaited_media (next_try_at);
