-- The flight recorder. One line of JSON for each hop of an attempt, appended by the statement that changes it:
-- [milliseconds, hop, {detail}]. Never a text or a phone number.
ALTER TABLE attempts ADD COLUMN log TEXT NOT NULL DEFAULT '';

-- What the sender's browser saw of a message, by the browser's own clock: a JSON object, hop to milliseconds
-- (to a list of them for hops that may repeat).
CREATE TABLE traces (client_id TEXT PRIMARY KEY, hops_json TEXT NOT NULL, reported_at BIGINT NOT NULL);
