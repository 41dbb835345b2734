-- A database as a platform left it that knew the storage's schema 1. Written once, never edited.
CREATE TABLE collections (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The declaration as canonical JSON, to see whether it has changed.
    declaration TEXT NOT NULL,
    -- Numbers given to its fields, indexes, unique keys and counters, by description.
    ids TEXT NOT NULL,
    UNIQUE (namespace, name)
);
INSERT INTO "collections" VALUES(1,'test','notes','{"counters":[],"indexes":[["state","weight"],["author.person"],["title"]],"name":"notes","schema":{"additionalProperties":false,"properties":{"author":{"properties":{"person":{"type":"string"}},"type":"object"},"number":{"pattern":"^[0-9]+$","type":"string"},"state":{"type":"string"},"title":{"minLength":1,"type":"string"},"weight":{"type":"integer"}},"required":["title"],"type":"object"},"unique":[["number"]],"version":1}','{"field:author.person":2,"field:number":4,"field:state":0,"field:title":3,"field:weight":1,"index:author.person":6,"index:state,weight":5,"index:title":7,"unique:number":8}');
INSERT INTO "collections" VALUES(2,'test','votes','{"counters":[{"bound":null,"by":["note"],"name":"votes","unless":"withdrawn"},{"bound":null,"by":["note","person"],"name":"pairs","unless":null},{"bound":null,"by":[],"name":"total","unless":null}],"indexes":[["note"]],"name":"votes","schema":{"properties":{"note":{"type":"string"},"person":{"type":"string"},"withdrawn":{"type":"boolean"}},"required":["note","person"],"type":"object"},"unique":[["note","person"]],"version":1}','{"counter:pairs":4,"counter:total":5,"counter:votes":3,"field:note":0,"field:person":1,"field:withdrawn":2,"index:note":6,"unique:note,person":7}');
INSERT INTO "collections" VALUES(3,'test','seats','{"counters":[{"bound":3,"by":["hall"],"name":"taken","unless":null}],"indexes":[],"name":"seats","schema":{"properties":{"hall":{"type":"string"}},"type":"object"},"unique":[],"version":1}','{"counter:taken":1,"field:hall":0}');
INSERT INTO "collections" VALUES(4,'test','due','{"counters":[],"indexes":[["at"]],"name":"due","schema":{"properties":{"at":{"type":"integer"}},"type":"object"},"unique":[],"version":1}','{"field:at":0,"index:at":1}');
CREATE TABLE counters (
    collection INTEGER NOT NULL REFERENCES collections (id),
    counter INTEGER NOT NULL,
    key TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (collection, counter, key)
) WITHOUT ROWID;
INSERT INTO "counters" VALUES(2,3,'n',4);
INSERT INTO "counters" VALUES(2,4,'np0',1);
INSERT INTO "counters" VALUES(2,4,'np1',1);
INSERT INTO "counters" VALUES(2,4,'np2',1);
INSERT INTO "counters" VALUES(2,4,'np3',1);
INSERT INTO "counters" VALUES(2,5,'',4);
INSERT INTO "counters" VALUES(3,1,'h',1);
CREATE TABLE documents_1 (key TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, f0 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."state"') WHEN 'text' THEN json_extract(body, '$."state"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."state"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."state"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."state"')) END END, '')) VIRTUAL, f1 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."weight"') WHEN 'text' THEN json_extract(body, '$."weight"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."weight"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."weight"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."weight"')) END END, '')) VIRTUAL, f2 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."author"."person"') WHEN 'text' THEN json_extract(body, '$."author"."person"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."author"."person"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."author"."person"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."author"."person"')) END END, '')) VIRTUAL, f3 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."title"') WHEN 'text' THEN json_extract(body, '$."title"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."title"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."title"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."title"')) END END, '')) VIRTUAL, f4 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."number"') WHEN 'text' THEN json_extract(body, '$."number"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."number"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."number"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."number"')) END END, '')) VIRTUAL);
INSERT INTO "documents_1" VALUES('ї',1,1,'{"number":"7","state":"open","title":"їжак 🦔 \"й\"","weight":-5}');
INSERT INTO "documents_1" VALUES('a',1,1,'{"author":{"person":"p"},"title":"a"}');
CREATE TABLE documents_2 (key TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, f0 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."note"') WHEN 'text' THEN json_extract(body, '$."note"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."note"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."note"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."note"')) END END, '')) VIRTUAL, f1 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."person"') WHEN 'text' THEN json_extract(body, '$."person"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."person"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."person"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."person"')) END END, '')) VIRTUAL, f2 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."withdrawn"') WHEN 'text' THEN json_extract(body, '$."withdrawn"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."withdrawn"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."withdrawn"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."withdrawn"')) END END, '')) VIRTUAL);
INSERT INTO "documents_2" VALUES('v0',1,1,'{"note":"n","person":"p0"}');
INSERT INTO "documents_2" VALUES('v1',1,1,'{"note":"n","person":"p1"}');
INSERT INTO "documents_2" VALUES('v2',1,1,'{"note":"n","person":"p2"}');
INSERT INTO "documents_2" VALUES('v3',1,1,'{"note":"n","person":"p3"}');
CREATE TABLE documents_3 (key TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, f0 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."hall"') WHEN 'text' THEN json_extract(body, '$."hall"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."hall"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."hall"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."hall"')) END END, '')) VIRTUAL);
INSERT INTO "documents_3" VALUES('s',1,1,'{"hall":"h"}');
CREATE TABLE documents_4 (key TEXT PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, f0 TEXT GENERATED ALWAYS AS (coalesce(CASE json_type(body, '$."at"') WHEN 'text' THEN json_extract(body, '$."at"') WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'integer' THEN CASE WHEN json_extract(body, '$."at"') < 0 THEN '-' || printf('%019d', json_extract(body, '$."at"') + 9223372036854775807) ELSE printf('%019d', json_extract(body, '$."at"')) END END, '')) VIRTUAL);
INSERT INTO "documents_4" VALUES('reached',1,1,'{"at":1}');
CREATE TABLE entries (
    number INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    bytes BLOB NOT NULL
);
INSERT INTO "entries" VALUES(0,1,X'A1AF030231CA2FD20ECF30C5294BAF8F69321D09BB16AC53885CCD17A385280D',X'6669727374');
INSERT INTO "entries" VALUES(1,2,X'773885A613489E24CE2CF76199D6A423F042E4BBF12D7EECEE912EF276C65701',X'656E7472792030');
INSERT INTO "entries" VALUES(2,3,X'2DFB36C6F66CAC361429CF46DF868AB8242D3A6441F1099C8FB3F98EC5D108A4',X'656E7472792031');
INSERT INTO "entries" VALUES(3,4,X'57C79F4F31AE029C5D4BD30B073C27C94DF93438B2B4697E1E1EEF5BC0394A41',X'656E7472792032');
INSERT INTO "entries" VALUES(4,5,X'61CA1139F6815841D5BAF2D0D2D9BD9DFEE97C898DD6F7BA0C0AA941EE6C01EB',X'656E7472792033');
CREATE TABLE head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    position INTEGER NOT NULL,
    entries INTEGER NOT NULL
);
INSERT INTO "head" VALUES(1,5,5);
CREATE TABLE sequences (
    name TEXT PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "sequences" VALUES('notes/2026',4);
CREATE TABLE thresholds (
    target INTEGER NOT NULL REFERENCES collections (id),
    target_key TEXT NOT NULL,
    collection INTEGER NOT NULL REFERENCES collections (id),
    counter INTEGER NOT NULL,
    key TEXT NOT NULL,
    value INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    -- The position of the commit that reached it; it never becomes NULL again.
    reached INTEGER,
    PRIMARY KEY (target, target_key)
) WITHOUT ROWID;
INSERT INTO "thresholds" VALUES(4,'far off',2,3,'n',5,1,'{"at":1}',NULL);
INSERT INTO "thresholds" VALUES(4,'reached',2,3,'n',3,1,'{"at":1}',4);
CREATE INDEX thresholds_pending ON thresholds (collection, counter, key) WHERE reached IS NULL;
CREATE INDEX documents_1_5 ON documents_1 (f0, f1, key);
CREATE INDEX documents_1_6 ON documents_1 (f2, key);
CREATE INDEX documents_1_7 ON documents_1 (f3, key);
CREATE UNIQUE INDEX documents_1_8 ON documents_1 (f4) WHERE f4 <> '';
CREATE INDEX documents_2_6 ON documents_2 (f0, key);
CREATE UNIQUE INDEX documents_2_7 ON documents_2 (f0, f1) WHERE f0 <> '' AND f1 <> '';
CREATE INDEX documents_4_1 ON documents_4 (f0, key);
