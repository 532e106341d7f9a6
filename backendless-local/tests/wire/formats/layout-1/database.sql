-- The database of a data folder with layout 1, as a script.
PRAGMA journal_mode = WAL;
PRAGMA user_version = 1;
PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE data_table (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE
    );
CREATE TABLE data_column (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        table_id INTEGER NOT NULL REFERENCES data_table (id),
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        UNIQUE (table_id, name)
    );
CREATE TABLE data_relation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        table_id INTEGER NOT NULL REFERENCES data_table (id),
        name TEXT NOT NULL,
        child_id INTEGER NOT NULL REFERENCES data_table (id),
        cardinality TEXT NOT NULL,
        UNIQUE (table_id, name)
    );
CREATE TABLE data_link (
        relation_id INTEGER NOT NULL,
        parent TEXT NOT NULL,
        child TEXT NOT NULL,
        PRIMARY KEY (relation_id, parent, child)
    ) WITHOUT ROWID;
CREATE TABLE credential (
        user_id TEXT PRIMARY KEY,
        identity TEXT NOT NULL UNIQUE,
        password_hash TEXT NOT NULL
    );
CREATE TABLE session (
        token_hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL,
        expires INTEGER NOT NULL
    );
CREATE TABLE role (name TEXT PRIMARY KEY);
CREATE TABLE role_assignment (
        user_id TEXT NOT NULL,
        role TEXT NOT NULL,
        PRIMARY KEY (user_id, role)
    ) WITHOUT ROWID;
CREATE TABLE email_confirmation (
        token_hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL
    );
CREATE TABLE social_account (
        provider TEXT NOT NULL,
        account_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        PRIMARY KEY (provider, account_id)
    ) WITHOUT ROWID;
CREATE TABLE t1 (seq INTEGER PRIMARY KEY AUTOINCREMENT, object_id UNIQUE, created, updated, owner_id, c1, c2, c3, c4, c5);
CREATE TABLE object_permission (
        table_name TEXT NOT NULL,
        object_id TEXT NOT NULL,
        operation TEXT NOT NULL,
        kind TEXT NOT NULL,
        grantee TEXT NOT NULL,
        allowed INTEGER NOT NULL,
        PRIMARY KEY (table_name, object_id, operation, kind, grantee)
    ) WITHOUT ROWID;
CREATE TABLE file (
        path TEXT PRIMARY KEY,
        content TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size INTEGER,
        created INTEGER NOT NULL DEFAULT 0
    );
CREATE TABLE directory (
        path TEXT PRIMARY KEY,
        created INTEGER NOT NULL
    );
CREATE TABLE file_permission (
        path TEXT NOT NULL,
        permission TEXT NOT NULL,
        kind TEXT NOT NULL,
        grantee TEXT NOT NULL,
        is_granted INTEGER NOT NULL,
        PRIMARY KEY (path, permission, kind, grantee)
    );
CREATE TABLE unused_content (name TEXT PRIMARY KEY);
CREATE TABLE message (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        channel TEXT NOT NULL,
        due INTEGER NOT NULL,
        content TEXT NOT NULL
    , subtopic TEXT);
CREATE TABLE delivery (
        channel TEXT NOT NULL,
        subscription TEXT NOT NULL,
        message INTEGER NOT NULL REFERENCES message (seq) ON DELETE CASCADE,
        PRIMARY KEY (channel, subscription, message)
    ) WITHOUT ROWID;
CREATE TABLE channel (name TEXT PRIMARY KEY);
CREATE TABLE subscription (
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        subtopic TEXT,
        after_message INTEGER NOT NULL,
        created INTEGER NOT NULL
    );
CREATE TABLE email (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL
    );
CREATE TABLE message_status (
        id TEXT PRIMARY KEY,
        channel TEXT NOT NULL,
        due INTEGER NOT NULL,
        is_cancelled INTEGER NOT NULL DEFAULT 0,
        next INTEGER,
        every INTEGER,
        until INTEGER,
        content TEXT,
        subtopic TEXT
    );
CREATE TABLE device (
        id TEXT PRIMARY KEY,
        registration TEXT NOT NULL,
        expires INTEGER,
        content TEXT NOT NULL
    );
CREATE TABLE push (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL
    );
CREATE TABLE geo_point (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        object_id TEXT NOT NULL UNIQUE,
        latitude REAL NOT NULL,
        longitude REAL NOT NULL,
        categories TEXT NOT NULL,
        metadata TEXT NOT NULL
    );
CREATE TABLE cache (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        expires INTEGER NOT NULL
    );
CREATE TABLE log (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        content TEXT NOT NULL
    );
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE t2 (seq INTEGER PRIMARY KEY AUTOINCREMENT, object_id UNIQUE, created, updated, owner_id, c6, c7, c8, c9, c10, c11);
CREATE TABLE t3 (seq INTEGER PRIMARY KEY AUTOINCREMENT, object_id UNIQUE, created, updated, owner_id, c12);
INSERT INTO "setting" VALUES ('app-id', 'APP');
INSERT INTO "setting" VALUES ('api-key', 'KEY');
INSERT INTO "setting" VALUES ('cloud-code-key', 'CODE');
INSERT INTO "data_table" VALUES (1, 'Users');
INSERT INTO "data_table" VALUES (2, 'Person');
INSERT INTO "data_table" VALUES (3, 'person');
INSERT INTO "data_column" VALUES (1, 1, 'email', 'STRING');
INSERT INTO "data_column" VALUES (2, 1, 'name', 'STRING');
INSERT INTO "data_column" VALUES (3, 1, 'userStatus', 'STRING');
INSERT INTO "data_column" VALUES (4, 1, 'socialAccount', 'STRING');
INSERT INTO "data_column" VALUES (5, 1, 'lastLogin', 'INT');
INSERT INTO "data_column" VALUES (6, 2, 'big', 'INT');
INSERT INTO "data_column" VALUES (7, 2, 'home', 'JSON');
INSERT INTO "data_column" VALUES (8, 2, 'name', 'STRING');
INSERT INTO "data_column" VALUES (9, 2, 'ok', 'BOOLEAN');
INSERT INTO "data_column" VALUES (10, 2, 'score', 'DOUBLE');
INSERT INTO "data_column" VALUES (11, 2, 'none', 'UNKNOWN');
INSERT INTO "data_column" VALUES (12, 3, 'größe', 'STRING');
INSERT INTO "data_relation" VALUES (1, 2, 'friends', 2, 'MANY');
INSERT INTO "data_link" VALUES (1, '68340B0F-1F4C-4F08-AFF2-EEA283F3911C', '5FBB20A6-B5B2-4516-8A33-AD3658286957');
INSERT INTO "credential" VALUES ('A0F3FDC5-6EA3-4D33-91E7-4F4752BEFB29', 'ann@example.com', '$argon2id$v=19$m=8192,t=1,p=1$vePN9rjceK7KnFSFk8cevw$UBFr0FC4SSri50nWY/R1T8T3o69oQ7WHLccvsEM+4IQ');
INSERT INTO "session" VALUES (X'fda8035f84fbd51b74328f0f5c7413b856a9a8730bd7a2df0f504673c2b1b61b', 'A0F3FDC5-6EA3-4D33-91E7-4F4752BEFB29', 1796054854462);
INSERT INTO "session" VALUES (X'307926ff174f48c2a2d3d74717ab8122257899f5f37cb0eb85b202922979c0ef', '12E5B427-1367-4CA8-A38E-14690F441A63', 1796054854467);
INSERT INTO "role" VALUES ('Managers');
INSERT INTO "role_assignment" VALUES ('A0F3FDC5-6EA3-4D33-91E7-4F4752BEFB29', 'Managers');
INSERT INTO "email_confirmation" VALUES (X'ef9896a58b06627f0ad85c95bc743287d566a98b3de55fb8122cf8a7d263fc45', 'A0F3FDC5-6EA3-4D33-91E7-4F4752BEFB29');
INSERT INTO "social_account" VALUES ('google', 'G-1', '12E5B427-1367-4CA8-A38E-14690F441A63');
INSERT INTO "t1" VALUES (1, 'A0F3FDC5-6EA3-4D33-91E7-4F4752BEFB29', 1795968454454, NULL, 'A0F3FDC5-6EA3-4D33-91E7-4F4752BEFB29', 'ann@example.com', NULL, 'ENABLED', 'BACKENDLESS', 1795968454462);
INSERT INTO "t1" VALUES (2, '12E5B427-1367-4CA8-A38E-14690F441A63', 1795968454467, NULL, '12E5B427-1367-4CA8-A38E-14690F441A63', NULL, NULL, 'ENABLED', 'GOOGLE', 1795968454467);
INSERT INTO "object_permission" VALUES ('Person', '68340B0F-1F4C-4F08-AFF2-EEA283F3911C', 'REMOVE', 'role', '*', 0);
INSERT INTO "file" VALUES ('docs/a.txt', 'B9572AF1-1B5C-478F-BEBB-9479B7CE723A', 'application/octet-stream', 4, 1795968454479);
INSERT INTO "file" VALUES ('docs/A.txt', '7F168E60-4848-4DBA-B1EA-E5E94722F1EE', 'application/octet-stream', 6, 1795968454486);
INSERT INTO "file" VALUES ('docs/deep/b.txt', 'C5AD324F-616C-44D3-B46F-394B447AF588', 'application/octet-stream', 0, 1795968454491);
INSERT INTO "file" VALUES ('llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll', '5F1A530E-EFC5-44BE-A057-426F4A53ED58', 'application/octet-stream', 4, 1795968454495);
INSERT INTO "file" VALUES ('docs/c:d', 'B2DC9C1F-0E41-4F60-8527-9A4B311250CE', 'application/octet-stream', 5, 1795968454502);
INSERT INTO "directory" VALUES ('docs', 1795968454479);
INSERT INTO "directory" VALUES ('docs/deep', 1795968454491);
INSERT INTO "file_permission" VALUES ('docs/a.txt', 'DELETE', 'user', 'A0F3FDC5-6EA3-4D33-91E7-4F4752BEFB29', 0);
INSERT INTO "message" VALUES (1, 'news', 1795968454509, '{"data":"hello","headers":{},"messageId":"CC0699F8-7877-4503-A23A-51AD552853F3","publishedAt":1795968454509,"publisherId":null}', NULL);
INSERT INTO "message" VALUES (2, 'news', 1795968454519, '{"data":"push","headers":{},"messageId":"526DD2FA-E212-4AA8-AC51-52A16966F224","publishedAt":1795968454519,"publisherId":null}', NULL);
INSERT INTO "delivery" VALUES ('news', 'AB773B83-AFC6-4A4D-99D0-CA498D64BE9E', 1);
INSERT INTO "channel" VALUES ('news');
INSERT INTO "channel" VALUES ('default');
INSERT INTO "subscription" VALUES ('AB773B83-AFC6-4A4D-99D0-CA498D64BE9E', 'news', NULL, 0, 1795968454505);
INSERT INTO "email" VALUES (1, '{"bodyparts":{"textmessage":"Hello"},"subject":"Hi","to":["ann@example.com"]}');
INSERT INTO "message_status" VALUES ('CC0699F8-7877-4503-A23A-51AD552853F3', 'news', 1795968454509, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "message_status" VALUES ('526DD2FA-E212-4AA8-AC51-52A16966F224', 'news', 1795968454519, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "device" VALUES ('d', '28DE19CF-5602-4D82-AB82-904F1445E394', NULL, '{"channels":["default"],"deviceId":"d","deviceToken":"t","os":"IOS","osVersion":"1"}');
INSERT INTO "push" VALUES (1, '{"channel":"news","data":"push","devices":["d"],"headers":{},"messageId":"526DD2FA-E212-4AA8-AC51-52A16966F224","options":{"pushSinglecast":["d"]}}');
INSERT INTO "geo_point" VALUES (1, 'D912FAE3-4D5B-433E-A77E-1344E2E62FDE', 1.5, 2.0, '["c"]', '{"a":1}');
INSERT INTO "cache" VALUES ('k', '{"a":1}', 1795975654526);
INSERT INTO "log" VALUES (1, '{"log-level":"INFO","logger":"l","message":"m","timestamp":1}');
INSERT INTO "counter" VALUES ('visits', 7);
INSERT INTO "t2" VALUES (1, '68340B0F-1F4C-4F08-AFF2-EEA283F3911C', 1795968454409, NULL, NULL, '18446744073709551615', '{"a":1.0,"z":[1]}', 'Bob', 1, -0.0, NULL);
INSERT INTO "t2" VALUES (2, '5FBB20A6-B5B2-4516-8A33-AD3658286957', 1795968454416, 1795968454423, NULL, NULL, NULL, 'Eva', NULL, 3, NULL);
INSERT INTO "t3" VALUES (1, 'D572348A-8EFA-4B0C-8818-379E9EDC179F', 1795968454425, NULL, NULL, CAST(X'c3a9f09f98800a00' AS TEXT));
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES ('data_table', 3);
INSERT INTO "sqlite_sequence" VALUES ('data_column', 12);
INSERT INTO "sqlite_sequence" VALUES ('t2', 2);
INSERT INTO "sqlite_sequence" VALUES ('t3', 1);
INSERT INTO "sqlite_sequence" VALUES ('data_relation', 1);
INSERT INTO "sqlite_sequence" VALUES ('t1', 2);
INSERT INTO "sqlite_sequence" VALUES ('message', 2);
INSERT INTO "sqlite_sequence" VALUES ('email', 1);
INSERT INTO "sqlite_sequence" VALUES ('push', 1);
INSERT INTO "sqlite_sequence" VALUES ('log', 1);
INSERT INTO "sqlite_sequence" VALUES ('geo_point', 1);
CREATE INDEX data_link_child ON data_link (relation_id, child);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires);
CREATE INDEX role_assignment_by_role ON role_assignment (role);
CREATE INDEX message_by_channel ON message (channel, due);
CREATE VIEW "Users" AS SELECT object_id AS "objectId", created AS "created", updated AS "updated", owner_id AS "ownerId", c1 AS "email", c2 AS "name", c3 AS "userStatus", c4 AS "socialAccount", c5 AS "lastLogin" FROM t1;
CREATE VIEW "Person" AS SELECT object_id AS "objectId", created AS "created", updated AS "updated", owner_id AS "ownerId", c6 AS "big", c7 AS "home", c8 AS "name", c9 AS "ok", c10 AS "score", c11 AS "none" FROM t2;
CREATE VIEW "person:2" AS SELECT object_id AS "objectId", created AS "created", updated AS "updated", owner_id AS "ownerId", c12 AS "größe" FROM t3;
CREATE TRIGGER r1p AFTER DELETE ON t2 BEGIN
            DELETE FROM data_link WHERE relation_id = 1 AND parent = OLD.object_id;
        END;
CREATE TRIGGER r1c AFTER DELETE ON t2 BEGIN
            DELETE FROM data_link WHERE relation_id = 1 AND child = OLD.object_id;
        END;
COMMIT;
