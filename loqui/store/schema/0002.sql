-- Rooms as they are now; how they came to be so is in the events.
CREATE TABLE room (
    name    TEXT PRIMARY KEY,                      -- as it is shown, with its #
    since   INTEGER NOT NULL,                      -- the event before which nothing is shown: it was said in an older room of that name, or in private
    topic   TEXT NOT NULL DEFAULT '',
    private INTEGER NOT NULL DEFAULT 0,
    key     TEXT NOT NULL DEFAULT ''               -- the word that opens it; it is in no event
) STRICT;

-- What somebody may do in a room, by the key of their name.
CREATE TABLE room_right (
    room  TEXT NOT NULL REFERENCES room ON DELETE CASCADE,
    user  TEXT NOT NULL,
    kind  TEXT NOT NULL,                           -- 'owner', 'invited'
    PRIMARY KEY (room, user, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX room_right_user ON room_right (user);
