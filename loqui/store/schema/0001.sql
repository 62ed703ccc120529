-- What happened, in the order in which it did.
CREATE TABLE event (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,  -- only grows, also when rows are deleted
    time INTEGER NOT NULL,                   -- UTC, milliseconds since the epoch
    kind TEXT NOT NULL,                      -- 'said', 'acted', 'told', 'joined', 'left'
    name TEXT NOT NULL,                      -- who did it, as they write their name
    room TEXT,                               -- where; NULL for 'told'
    "to" TEXT,                               -- 'told': to whom
    text TEXT                                -- 'said', 'acted', 'told': the words; 'left': why
) STRICT;

CREATE INDEX event_room ON event (room, id);
