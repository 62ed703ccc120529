-- What keeps the peace. The settings of the lobby hold everywhere; its owners are the operators.
ALTER TABLE event ADD COLUMN until INTEGER;       -- 'ban', 'mute', 'code': when it ends; 'slow': milliseconds; 0 for all else that /audit shows
ALTER TABLE room ADD COLUMN slow INTEGER NOT NULL DEFAULT 0;
ALTER TABLE room ADD COLUMN lockdown INTEGER NOT NULL DEFAULT 0;

INSERT INTO room (name, since) VALUES ('lobby', 0);

CREATE TABLE sanction (
    room   TEXT NOT NULL REFERENCES room ON DELETE CASCADE,
    kind   TEXT NOT NULL,                         -- 'ban', 'mute'
    target TEXT NOT NULL,                         -- the key of a name, or a network
    shown  TEXT NOT NULL,                         -- as it was written
    until  INTEGER NOT NULL,                      -- UTC, milliseconds since the epoch; 0 for ever
    why    TEXT NOT NULL,
    by     TEXT NOT NULL,
    PRIMARY KEY (room, kind, target)
) STRICT, WITHOUT ROWID;

CREATE INDEX sanction_target ON sanction (target);

-- Names that belong to somebody.
CREATE TABLE account (
    key       TEXT PRIMARY KEY,                   -- of the name
    name      TEXT NOT NULL,
    hash      TEXT NOT NULL,                      -- argon2, https://www.rfc-editor.org/rfc/rfc9106
    suspended INTEGER NOT NULL DEFAULT 0,
    created   INTEGER NOT NULL                    -- UTC, milliseconds since the epoch
) STRICT, WITHOUT ROWID;

-- Codes with which accounts can be made.
CREATE TABLE code (
    digest TEXT PRIMARY KEY,                      -- SHA-256
    uses   INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What /audit shows: of all other events, until is NULL.
CREATE INDEX event_peace ON event (id) WHERE until IS NOT NULL;
