-- A database as a platform left it that knew the storage's schema 1. Written once, never edited.
CREATE FUNCTION comparable(value json, plain text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
    SELECT CASE json_typeof(value)
        WHEN 'string' THEN plain
        WHEN 'boolean' THEN plain
        WHEN 'number' THEN CASE
            WHEN plain ~ '^[0-9]{1,18}$' THEN lpad(plain, 19, '0')
            WHEN plain ~ '^-[0-9]{1,18}$'
                THEN '-' || lpad((plain::bigint + 9223372036854775807)::text, 19, '0')
            ELSE ''
        END
        ELSE ''
    END
$_$;

CREATE TABLE collections (
    id bigint NOT NULL,
    namespace text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    declaration text NOT NULL,
    ids text NOT NULL
);

CREATE TABLE commit_log (
    "position" bigint NOT NULL,
    previous bigint NOT NULL,
    batch text NOT NULL,
    touched text NOT NULL,
    committed timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
ALTER TABLE ONLY commit_log ALTER COLUMN touched SET STORAGE EXTERNAL;

CREATE TABLE counters (
    collection bigint NOT NULL,
    counter bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    value bigint NOT NULL
);

CREATE TABLE documents_1 (
    key text NOT NULL COLLATE pg_catalog."C",
    revision bigint NOT NULL,
    version bigint NOT NULL,
    body json NOT NULL
);

CREATE TABLE documents_2 (
    key text NOT NULL COLLATE pg_catalog."C",
    revision bigint NOT NULL,
    version bigint NOT NULL,
    body json NOT NULL
);

CREATE TABLE documents_3 (
    key text NOT NULL COLLATE pg_catalog."C",
    revision bigint NOT NULL,
    version bigint NOT NULL,
    body json NOT NULL
);

CREATE TABLE documents_4 (
    key text NOT NULL COLLATE pg_catalog."C",
    revision bigint NOT NULL,
    version bigint NOT NULL,
    body json NOT NULL
);

CREATE TABLE entries (
    number bigint NOT NULL,
    "position" bigint NOT NULL,
    leaf bytea NOT NULL,
    bytes bytea NOT NULL
);

CREATE TABLE head (
    only_row integer NOT NULL,
    "position" bigint NOT NULL,
    entries bigint NOT NULL,
    declarations bigint NOT NULL,
    CONSTRAINT head_only_row_check CHECK ((only_row = 1))
)
WITH (fillfactor='10');

CREATE TABLE leases (
    name text NOT NULL COLLATE pg_catalog."C",
    node text NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE TABLE sequences (
    name text NOT NULL COLLATE pg_catalog."C",
    last bigint NOT NULL
);

CREATE TABLE thresholds (
    target bigint NOT NULL,
    target_key text NOT NULL COLLATE pg_catalog."C",
    collection bigint NOT NULL,
    counter bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    value bigint NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL,
    reached bigint
);

INSERT INTO collections VALUES (1, 'test', 'notes', '{"counters":[],"indexes":[["state","weight"],["author.person"],["title"]],"name":"notes","schema":{"additionalProperties":false,"properties":{"author":{"properties":{"person":{"type":"string"}},"type":"object"},"number":{"pattern":"^[0-9]+$","type":"string"},"state":{"type":"string"},"title":{"minLength":1,"type":"string"},"weight":{"type":"integer"}},"required":["title"],"type":"object"},"unique":[["number"]],"version":1}', '{"field:author.person":2,"field:number":4,"field:state":0,"field:title":3,"field:weight":1,"index:author.person":6,"index:state,weight":5,"index:title":7,"unique:number":8}');
INSERT INTO collections VALUES (2, 'test', 'votes', '{"counters":[{"bound":null,"by":["note"],"name":"votes","unless":"withdrawn"},{"bound":null,"by":["note","person"],"name":"pairs","unless":null},{"bound":null,"by":[],"name":"total","unless":null}],"indexes":[["note"]],"name":"votes","schema":{"properties":{"note":{"type":"string"},"person":{"type":"string"},"withdrawn":{"type":"boolean"}},"required":["note","person"],"type":"object"},"unique":[["note","person"]],"version":1}', '{"counter:pairs":4,"counter:total":5,"counter:votes":3,"field:note":0,"field:person":1,"field:withdrawn":2,"index:note":6,"unique:note,person":7}');
INSERT INTO collections VALUES (3, 'test', 'seats', '{"counters":[{"bound":3,"by":["hall"],"name":"taken","unless":null}],"indexes":[],"name":"seats","schema":{"properties":{"hall":{"type":"string"}},"type":"object"},"unique":[],"version":1}', '{"counter:taken":1,"field:hall":0}');
INSERT INTO collections VALUES (4, 'test', 'due', '{"counters":[],"indexes":[["at"]],"name":"due","schema":{"properties":{"at":{"type":"integer"}},"type":"object"},"unique":[],"version":1}', '{"field:at":0,"index:at":1}');

INSERT INTO commit_log VALUES (1, 0, '09e7bab6-e2cb-4e14-9f6d-fc16309276ec', '{"collections":[[1,"test","notes",8748606397861304689],[3,"test","seats",1906554460495077058]],"touches":[[1,0,"a",null,["","","p","a",""]],[1,0,"ї",null,["open","-9223372036854775802","","їжак 🦔 \"й\"","7"]],[1,1,"s",null,["h"]]]}', '2026-11-22 03:04:39.837276+00');
INSERT INTO commit_log VALUES (2, 1, '39255b1c-8b10-4d02-9131-4a9c3237f739', '{"collections":[[2,"test","votes",3722365364267834323]],"touches":[[2,0,"v0",null,["n","p0",""]]]}', '2026-11-22 03:04:39.854871+00');
INSERT INTO commit_log VALUES (3, 2, '80794ed3-2632-42a7-be1b-b4ddd071fe40', '{"collections":[[2,"test","votes",3722365364267834323]],"touches":[[3,0,"v1",null,["n","p1",""]]]}', '2026-11-22 03:04:39.861122+00');
INSERT INTO commit_log VALUES (4, 3, 'e3632251-8ac3-44e9-96e8-6c19d90bffb7', '{"collections":[[2,"test","votes",3722365364267834323],[4,"test","due",15687770070245380645]],"touches":[[4,0,"v2",null,["n","p2",""]],[4,1,"reached",null,["0000000000000000001"]]]}', '2026-11-22 03:04:39.868077+00');
INSERT INTO commit_log VALUES (5, 4, 'da0202a9-b883-41b9-9bb6-b924614e9bf7', '{"collections":[[2,"test","votes",3722365364267834323]],"touches":[[5,0,"v3",null,["n","p3",""]]]}', '2026-11-22 03:04:39.873154+00');

INSERT INTO counters VALUES (3, 1, 'h', 1);
INSERT INTO counters VALUES (2, 4, 'np0', 1);
INSERT INTO counters VALUES (2, 4, 'np1', 1);
INSERT INTO counters VALUES (2, 4, 'np2', 1);
INSERT INTO counters VALUES (2, 3, 'n', 4);
INSERT INTO counters VALUES (2, 4, 'np3', 1);
INSERT INTO counters VALUES (2, 5, '', 4);

INSERT INTO documents_1 VALUES ('a', 1, 1, '{"author":{"person":"p"},"title":"a"}');
INSERT INTO documents_1 VALUES ('ї', 1, 1, '{"number":"7","state":"open","title":"їжак 🦔 \"й\"","weight":-5}');

INSERT INTO documents_2 VALUES ('v0', 1, 1, '{"note":"n","person":"p0"}');
INSERT INTO documents_2 VALUES ('v1', 1, 1, '{"note":"n","person":"p1"}');
INSERT INTO documents_2 VALUES ('v2', 1, 1, '{"note":"n","person":"p2"}');
INSERT INTO documents_2 VALUES ('v3', 1, 1, '{"note":"n","person":"p3"}');

INSERT INTO documents_3 VALUES ('s', 1, 1, '{"hall":"h"}');

INSERT INTO documents_4 VALUES ('reached', 1, 1, '{"at":1}');

INSERT INTO entries VALUES (0, 1, '\xa1af030231ca2fd20ecf30c5294baf8f69321d09bb16ac53885ccd17a385280d', '\x6669727374');
INSERT INTO entries VALUES (1, 2, '\x773885a613489e24ce2cf76199d6a423f042e4bbf12d7eecee912ef276c65701', '\x656e7472792030');
INSERT INTO entries VALUES (2, 3, '\x2dfb36c6f66cac361429cf46df868ab8242d3a6441f1099c8fb3f98ec5d108a4', '\x656e7472792031');
INSERT INTO entries VALUES (3, 4, '\x57c79f4f31ae029c5d4bd30b073c27c94df93438b2b4697e1e1eef5bc0394a41', '\x656e7472792032');
INSERT INTO entries VALUES (4, 5, '\x61ca1139f6815841d5baf2d0d2d9bd9dfee97c898dd6f7ba0c0aa941ee6c01eb', '\x656e7472792033');

INSERT INTO head VALUES (1, 5, 5, 1);

INSERT INTO sequences VALUES ('notes/2026', 4);

INSERT INTO thresholds VALUES (4, 'far off', 2, 3, 'n', 5, 1, '{"at":1}', NULL);
INSERT INTO thresholds VALUES (4, 'reached', 2, 3, 'n', 3, 1, '{"at":1}', 4);

ALTER TABLE ONLY collections
    ADD CONSTRAINT collections_namespace_name_key UNIQUE (namespace, name);

ALTER TABLE ONLY collections
    ADD CONSTRAINT collections_pkey PRIMARY KEY (id);

ALTER TABLE ONLY commit_log
    ADD CONSTRAINT commit_log_pkey PRIMARY KEY ("position");

ALTER TABLE ONLY counters
    ADD CONSTRAINT counters_pkey PRIMARY KEY (collection, counter, key);

ALTER TABLE ONLY documents_1
    ADD CONSTRAINT documents_1_pkey PRIMARY KEY (key);

ALTER TABLE ONLY documents_2
    ADD CONSTRAINT documents_2_pkey PRIMARY KEY (key);

ALTER TABLE ONLY documents_3
    ADD CONSTRAINT documents_3_pkey PRIMARY KEY (key);

ALTER TABLE ONLY documents_4
    ADD CONSTRAINT documents_4_pkey PRIMARY KEY (key);

ALTER TABLE ONLY entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (number);

ALTER TABLE ONLY head
    ADD CONSTRAINT head_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);

ALTER TABLE ONLY sequences
    ADD CONSTRAINT sequences_pkey PRIMARY KEY (name);

ALTER TABLE ONLY thresholds
    ADD CONSTRAINT thresholds_pkey PRIMARY KEY (target, target_key);

CREATE INDEX commit_log_committed ON commit_log USING btree (committed);

CREATE INDEX documents_1_5 ON documents_1 USING btree (comparable((body -> 'state'::text), (body ->> 'state'::text)) COLLATE "C", comparable((body -> 'weight'::text), (body ->> 'weight'::text)) COLLATE "C", key);

CREATE INDEX documents_1_6 ON documents_1 USING btree (comparable(((body -> 'author'::text) -> 'person'::text), ((body -> 'author'::text) ->> 'person'::text)) COLLATE "C", key);

CREATE INDEX documents_1_7 ON documents_1 USING btree (comparable((body -> 'title'::text), (body ->> 'title'::text)) COLLATE "C", key);

CREATE UNIQUE INDEX documents_1_8 ON documents_1 USING btree (comparable((body -> 'number'::text), (body ->> 'number'::text)) COLLATE "C") WHERE ((comparable((body -> 'number'::text), (body ->> 'number'::text)) COLLATE "C") <> ''::text);

CREATE INDEX documents_2_6 ON documents_2 USING btree (comparable((body -> 'note'::text), (body ->> 'note'::text)) COLLATE "C", key);

CREATE UNIQUE INDEX documents_2_7 ON documents_2 USING btree (comparable((body -> 'note'::text), (body ->> 'note'::text)) COLLATE "C", comparable((body -> 'person'::text), (body ->> 'person'::text)) COLLATE "C") WHERE (((comparable((body -> 'note'::text), (body ->> 'note'::text)) COLLATE "C") <> ''::text) AND ((comparable((body -> 'person'::text), (body ->> 'person'::text)) COLLATE "C") <> ''::text));

CREATE INDEX documents_4_1 ON documents_4 USING btree (comparable((body -> 'at'::text), (body ->> 'at'::text)) COLLATE "C", key);

CREATE INDEX thresholds_pending ON thresholds USING btree (collection, counter, key) WHERE (reached IS NULL);

ALTER TABLE ONLY counters
    ADD CONSTRAINT counters_collection_fkey FOREIGN KEY (collection) REFERENCES collections(id);

ALTER TABLE ONLY thresholds
    ADD CONSTRAINT thresholds_collection_fkey FOREIGN KEY (collection) REFERENCES collections(id);

ALTER TABLE ONLY thresholds
    ADD CONSTRAINT thresholds_target_fkey FOREIGN KEY (target) REFERENCES collections(id);
