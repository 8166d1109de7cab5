PRAGMA application_id = 1684501105;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE "review_notes" (
  "id" TEXT NOT NULL DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))) CHECK (length("id") = 36),
  "atom_id" TEXT NOT NULL,
  "body" TEXT NOT NULL,
  "created_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK ("created_at" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z' AND julianday("created_at") IS NOT NULL),
  "updated_at" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK ("updated_at" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z' AND julianday("updated_at") IS NOT NULL),
  PRIMARY KEY ("id")
) STRICT;
INSERT INTO "review_notes" VALUES('4f138936-a6ac-4463-a2b6-2c511ed1e4e5','src/a.js::f','kept','2026-11-22T02:53:42.156Z','2026-11-22T02:53:42.156Z');
CREATE TABLE schema_audit (
  sequence INTEGER PRIMARY KEY,
  request_id TEXT NOT NULL,
  table_name TEXT NOT NULL,
  action TEXT NOT NULL,
  from_status TEXT,
  status TEXT NOT NULL,
  performed_by TEXT NOT NULL,
  account TEXT NOT NULL,
  performed_ms INTEGER NOT NULL,
  reason TEXT,
  sql_hash TEXT,
  sql_executed TEXT,
  error_message TEXT,
  document TEXT CHECK (document IS NULL OR json_valid(document))
) STRICT;
INSERT INTO "schema_audit" VALUES(1,'01a2012c-6f03-7000-8d1f-627ed089b913','review_notes','CREATE_REQUEST',NULL,'requested','ada','tester',1795316018947,NULL,NULL,NULL,NULL,'{"tableName":"review_notes","owner":"platform","schemaJson":{"tableName":"review_notes","columns":[{"name":"id","type":"UUID","primaryKey":true,"defaultValue":"gen_random_uuid()","comment":"Of the row."},{"name":"atom_id","type":"TEXT","nullable":false,"comment":"Id of the atom, as the graph has it."},{"name":"body","type":"TEXT","nullable":false,"comment":"What the reviewer''s eye caught; it''s free text."},{"name":"created_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"},{"name":"updated_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"}],"comment":"Notes of reviewers on atoms of the graph.","indexes":[{"name":"idx_review_notes_atom_id","columns":["atom_id"]},{"name":"idx_review_notes_created_at","columns":["created_at"]},{"name":"idx_review_notes_updated_at","columns":["updated_at"]}]},"requestMetadata":{"requestedBy":"ada","justification":"Reviewers want to keep what they found beside the code.","requestedAt":1795000000,"relatedIssue":"#12"}}');
INSERT INTO "schema_audit" VALUES(2,'01a2012c-6f03-7000-8d1f-627ed089b913','review_notes','STATUS_CHANGE_APPROVED','requested','approved','grace','tester',1795316019657,NULL,'4627e1d62e9f83c703c2ccd365dc48c5203f6978b42dadb8947938734b3ea252',NULL,NULL,NULL);
INSERT INTO "schema_audit" VALUES(3,'01a2012c-6f03-7000-8d1f-627ed089b913','review_notes','APPLY','approved','migrated','grace','tester',1795316019764,NULL,'4627e1d62e9f83c703c2ccd365dc48c5203f6978b42dadb8947938734b3ea252','-- Migration: 20261122_025338_create_review_notes
-- Direction: UP
-- Table:     review_notes
-- Requester: ada
-- Issue:     #12
-- Time:      2026-11-22T02:53:38Z

CREATE TABLE IF NOT EXISTS "review_notes" (
  "id" TEXT NOT NULL DEFAULT (lower(hex(randomblob(4)) || ''-'' || hex(randomblob(2)) || ''-4'' || substr(hex(randomblob(2)), 2) || ''-'' || substr(''89ab'', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || ''-'' || hex(randomblob(6)))) CHECK (length("id") = 36),
  "atom_id" TEXT NOT NULL,
  "body" TEXT NOT NULL,
  "created_at" TEXT NOT NULL DEFAULT (strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')) CHECK ("created_at" GLOB ''[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'' AND julianday("created_at") IS NOT NULL),
  "updated_at" TEXT NOT NULL DEFAULT (strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')) CHECK ("updated_at" GLOB ''[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'' AND julianday("updated_at") IS NOT NULL),
  PRIMARY KEY ("id")
) STRICT;
CREATE INDEX IF NOT EXISTS "idx_review_notes_atom_id" ON "review_notes" ("atom_id");
CREATE INDEX IF NOT EXISTS "idx_review_notes_created_at" ON "review_notes" ("created_at");
CREATE INDEX IF NOT EXISTS "idx_review_notes_updated_at" ON "review_notes" ("updated_at");
DELETE FROM "schema_comments" WHERE "table_name" = ''review_notes'';
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES (''review_notes'', '''', ''Notes of reviewers on atoms of the graph.'');
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES (''review_notes'', ''id'', ''Of the row.'');
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES (''review_notes'', ''atom_id'', ''Id of the atom, as the graph has it.'');
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES (''review_notes'', ''body'', ''What the reviewer''''s eye caught; it''''s free text.'');
',NULL,NULL);
INSERT INTO "schema_audit" VALUES(4,'01a2012c-72a6-7000-a228-77df11ad84c2','owners','CREATE_REQUEST',NULL,'requested','ada','tester',1795316019878,NULL,NULL,NULL,NULL,'{"tableName":"owners","owner":"platform","schemaJson":{"tableName":"owners","columns":[{"name":"id","type":"SERIAL","primaryKey":true},{"name":"email","type":"TEXT","nullable":false,"unique":true},{"name":"display_name","type":"TEXT","defaultValue":"''it''''s nobody''"},{"name":"active","type":"BOOLEAN","nullable":false,"defaultValue":"true"},{"name":"created_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"},{"name":"updated_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"}],"indexes":[{"name":"idx_owners_created_at","columns":["created_at"]},{"name":"idx_owners_updated_at","columns":["updated_at"]}]},"requestMetadata":{"requestedBy":"ada","justification":"Reviewers want to keep what they found beside the code.","requestedAt":1795000000,"relatedIssue":"#12"}}');
INSERT INTO "schema_audit" VALUES(5,'01a2012c-72a6-7000-a228-77df11ad84c2','owners','STATUS_CHANGE_APPROVED','requested','approved','grace','tester',1795316020754,NULL,'cc440c472cc2d7f15a37d65acf3c5c829d3fbf3c8e700b50fc1e2285bd6cf343',NULL,NULL,NULL);
INSERT INTO "schema_audit" VALUES(6,'01a2012c-765d-7000-bed3-e70fbf817ddd','rule_results','CREATE_REQUEST',NULL,'draft','ada','tester',1795316020829,NULL,NULL,NULL,NULL,'{"tableName":"rule_results","owner":"platform","schemaJson":{"tableName":"rule_results","columns":[{"name":"id","type":"UUID","primaryKey":true,"defaultValue":"gen_random_uuid()","comment":"Of the row."},{"name":"rule","type":"TEXT","nullable":false},{"name":"passed","type":"BOOLEAN","nullable":false,"defaultValue":"false"},{"name":"score","type":"REAL","defaultValue":"0.5"},{"name":"details","type":"JSONB","nullable":false,"defaultValue":"{\"findings\": []}"},{"name":"report","type":"BYTEA","defaultValue":"x''00ff''"},{"name":"created_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"},{"name":"updated_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"}],"indexes":[{"name":"idx_rule_results_details","columns":["details->rule.name","rule"],"type":"GIN"},{"name":"idx_rule_results_rule","columns":["rule","created_at"],"unique":true},{"name":"idx_rule_results_created_at","columns":["created_at"]},{"name":"idx_rule_results_updated_at","columns":["updated_at"]}]},"requestMetadata":{"requestedBy":"ada","justification":"Reviewers want to keep what they found beside the code.","requestedAt":1795000000,"relatedIssue":"#12"}}');
CREATE TABLE schema_columns (
  migration INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  not_null INTEGER NOT NULL CHECK (not_null IN (0, 1)),
  is_unique INTEGER NOT NULL CHECK (is_unique IN (0, 1)),
  key_position INTEGER NOT NULL,
  default_value TEXT,
  ref_table TEXT,
  ref_column TEXT,
  on_delete TEXT,
  on_update TEXT,
  comment TEXT NOT NULL,
  PRIMARY KEY (migration, position)
) STRICT;
INSERT INTO "schema_columns" VALUES(1,0,'id','UUID',1,0,1,'gen_random_uuid()',NULL,NULL,NULL,NULL,'Of the row.');
INSERT INTO "schema_columns" VALUES(1,1,'atom_id','TEXT',1,0,0,NULL,NULL,NULL,NULL,NULL,'Id of the atom, as the graph has it.');
INSERT INTO "schema_columns" VALUES(1,2,'body','TEXT',1,0,0,NULL,NULL,NULL,NULL,NULL,'What the reviewer''s eye caught; it''s free text.');
INSERT INTO "schema_columns" VALUES(1,3,'created_at','TIMESTAMPTZ',1,0,0,'CURRENT_TIMESTAMP',NULL,NULL,NULL,NULL,'');
INSERT INTO "schema_columns" VALUES(1,4,'updated_at','TIMESTAMPTZ',1,0,0,'CURRENT_TIMESTAMP',NULL,NULL,NULL,NULL,'');
CREATE TABLE schema_comments (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  comment TEXT NOT NULL,
  PRIMARY KEY (table_name, column_name)
) STRICT;
INSERT INTO "schema_comments" VALUES('review_notes','','Notes of reviewers on atoms of the graph.');
INSERT INTO "schema_comments" VALUES('review_notes','id','Of the row.');
INSERT INTO "schema_comments" VALUES('review_notes','atom_id','Id of the atom, as the graph has it.');
INSERT INTO "schema_comments" VALUES('review_notes','body','What the reviewer''s eye caught; it''s free text.');
CREATE TABLE schema_indexes (
  migration INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  keys TEXT NOT NULL,
  is_unique INTEGER NOT NULL CHECK (is_unique IN (0, 1)),
  method TEXT NOT NULL,
  PRIMARY KEY (migration, position)
) STRICT;
INSERT INTO "schema_indexes" VALUES(1,0,'idx_review_notes_atom_id','atom_id',0,'BTREE');
INSERT INTO "schema_indexes" VALUES(1,1,'idx_review_notes_created_at','created_at',0,'BTREE');
INSERT INTO "schema_indexes" VALUES(1,2,'idx_review_notes_updated_at','updated_at',0,'BTREE');
CREATE TABLE schema_migrations (
  sequence INTEGER PRIMARY KEY,
  request_id TEXT NOT NULL,
  previous INTEGER,
  name TEXT NOT NULL,
  table_name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  up_sql TEXT NOT NULL,
  down_sql TEXT NOT NULL,
  state TEXT NOT NULL,
  applied_by TEXT NOT NULL,
  applied_ms INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  undone_by TEXT,
  undone_ms INTEGER,
  backup TEXT,
  comment TEXT NOT NULL,
  owner TEXT NOT NULL,
  CHECK (state IN ('applied', 'rolled_back'))
) STRICT;
INSERT INTO "schema_migrations" VALUES(1,'01a2012c-6f03-7000-8d1f-627ed089b913',NULL,'20261122_025338_create_review_notes','review_notes','4627e1d62e9f83c703c2ccd365dc48c5203f6978b42dadb8947938734b3ea252','-- Migration: 20261122_025338_create_review_notes
-- Direction: UP
-- Table:     review_notes
-- Requester: ada
-- Issue:     #12
-- Time:      2026-11-22T02:53:38Z

CREATE TABLE IF NOT EXISTS "review_notes" (
  "id" TEXT NOT NULL DEFAULT (lower(hex(randomblob(4)) || ''-'' || hex(randomblob(2)) || ''-4'' || substr(hex(randomblob(2)), 2) || ''-'' || substr(''89ab'', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || ''-'' || hex(randomblob(6)))) CHECK (length("id") = 36),
  "atom_id" TEXT NOT NULL,
  "body" TEXT NOT NULL,
  "created_at" TEXT NOT NULL DEFAULT (strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')) CHECK ("created_at" GLOB ''[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'' AND julianday("created_at") IS NOT NULL),
  "updated_at" TEXT NOT NULL DEFAULT (strftime(''%Y-%m-%dT%H:%M:%fZ'', ''now'')) CHECK ("updated_at" GLOB ''[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'' AND julianday("updated_at") IS NOT NULL),
  PRIMARY KEY ("id")
) STRICT;
CREATE INDEX IF NOT EXISTS "idx_review_notes_atom_id" ON "review_notes" ("atom_id");
CREATE INDEX IF NOT EXISTS "idx_review_notes_created_at" ON "review_notes" ("created_at");
CREATE INDEX IF NOT EXISTS "idx_review_notes_updated_at" ON "review_notes" ("updated_at");
DELETE FROM "schema_comments" WHERE "table_name" = ''review_notes'';
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES (''review_notes'', '''', ''Notes of reviewers on atoms of the graph.'');
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES (''review_notes'', ''id'', ''Of the row.'');
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES (''review_notes'', ''atom_id'', ''Id of the atom, as the graph has it.'');
INSERT INTO "schema_comments" ("table_name", "column_name", "comment") VALUES (''review_notes'', ''body'', ''What the reviewer''''s eye caught; it''''s free text.'');
','-- Migration: 20261122_025338_create_review_notes
-- Direction: DOWN
-- Table:     review_notes
-- Requester: ada
-- Issue:     #12
-- Time:      2026-11-22T02:53:38Z

DROP TABLE IF EXISTS "review_notes";
DELETE FROM "schema_comments" WHERE "table_name" = ''review_notes'';
','applied','grace',1795316019764,336,NULL,NULL,NULL,'Notes of reviewers on atoms of the graph.','platform');
CREATE TABLE schema_requests (
  id TEXT NOT NULL,
  table_name TEXT NOT NULL,
  operation TEXT NOT NULL,
  status TEXT NOT NULL,
  owner TEXT,
  requested_by TEXT NOT NULL,
  submitted_by TEXT NOT NULL,
  justification TEXT NOT NULL,
  related_issue TEXT,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  made_ms INTEGER NOT NULL,
  migration TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document)),
  approved_by TEXT,
  approved_ms INTEGER,
  approved_hash TEXT,
  approved_base TEXT,
  PRIMARY KEY (id),
  CHECK (status IN ('draft', 'requested', 'approved', 'migrated', 'rejected'))
) STRICT;
INSERT INTO "schema_requests" VALUES('01a2012c-6f03-7000-8d1f-627ed089b913','review_notes','create','migrated','platform','ada','ada','Reviewers want to keep what they found beside the code.','#12',1795316018947,1795316019764,1795316018947,'20261122_025338_create_review_notes','{"tableName":"review_notes","owner":"platform","schemaJson":{"tableName":"review_notes","columns":[{"name":"id","type":"UUID","primaryKey":true,"defaultValue":"gen_random_uuid()","comment":"Of the row."},{"name":"atom_id","type":"TEXT","nullable":false,"comment":"Id of the atom, as the graph has it."},{"name":"body","type":"TEXT","nullable":false,"comment":"What the reviewer''s eye caught; it''s free text."},{"name":"created_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"},{"name":"updated_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"}],"comment":"Notes of reviewers on atoms of the graph.","indexes":[{"name":"idx_review_notes_atom_id","columns":["atom_id"]},{"name":"idx_review_notes_created_at","columns":["created_at"]},{"name":"idx_review_notes_updated_at","columns":["updated_at"]}]},"requestMetadata":{"requestedBy":"ada","justification":"Reviewers want to keep what they found beside the code.","requestedAt":1795000000,"relatedIssue":"#12"}}','grace',1795316019657,'4627e1d62e9f83c703c2ccd365dc48c5203f6978b42dadb8947938734b3ea252','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "schema_requests" VALUES('01a2012c-72a6-7000-a228-77df11ad84c2','owners','create','approved','platform','ada','ada','Reviewers want to keep what they found beside the code.','#12',1795316019878,1795316020754,1795316019878,'20261122_025339_create_owners','{"tableName":"owners","owner":"platform","schemaJson":{"tableName":"owners","columns":[{"name":"id","type":"SERIAL","primaryKey":true},{"name":"email","type":"TEXT","nullable":false,"unique":true},{"name":"display_name","type":"TEXT","defaultValue":"''it''''s nobody''"},{"name":"active","type":"BOOLEAN","nullable":false,"defaultValue":"true"},{"name":"created_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"},{"name":"updated_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"}],"indexes":[{"name":"idx_owners_created_at","columns":["created_at"]},{"name":"idx_owners_updated_at","columns":["updated_at"]}]},"requestMetadata":{"requestedBy":"ada","justification":"Reviewers want to keep what they found beside the code.","requestedAt":1795000000,"relatedIssue":"#12"}}','grace',1795316020754,'cc440c472cc2d7f15a37d65acf3c5c829d3fbf3c8e700b50fc1e2285bd6cf343','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
INSERT INTO "schema_requests" VALUES('01a2012c-765d-7000-bed3-e70fbf817ddd','rule_results','create','draft','platform','ada','ada','Reviewers want to keep what they found beside the code.','#12',1795316020829,1795316020829,1795316020829,'20261122_025340_create_rule_results','{"tableName":"rule_results","owner":"platform","schemaJson":{"tableName":"rule_results","columns":[{"name":"id","type":"UUID","primaryKey":true,"defaultValue":"gen_random_uuid()","comment":"Of the row."},{"name":"rule","type":"TEXT","nullable":false},{"name":"passed","type":"BOOLEAN","nullable":false,"defaultValue":"false"},{"name":"score","type":"REAL","defaultValue":"0.5"},{"name":"details","type":"JSONB","nullable":false,"defaultValue":"{\"findings\": []}"},{"name":"report","type":"BYTEA","defaultValue":"x''00ff''"},{"name":"created_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"},{"name":"updated_at","type":"TIMESTAMPTZ","nullable":false,"defaultValue":"CURRENT_TIMESTAMP"}],"indexes":[{"name":"idx_rule_results_details","columns":["details->rule.name","rule"],"type":"GIN"},{"name":"idx_rule_results_rule","columns":["rule","created_at"],"unique":true},{"name":"idx_rule_results_created_at","columns":["created_at"]},{"name":"idx_rule_results_updated_at","columns":["updated_at"]}]},"requestMetadata":{"requestedBy":"ada","justification":"Reviewers want to keep what they found beside the code.","requestedAt":1795000000,"relatedIssue":"#12"}}',NULL,NULL,NULL,NULL);
CREATE UNIQUE INDEX idx_schema_requests_migration ON schema_requests(migration);
CREATE INDEX idx_schema_requests_table_name ON schema_requests(table_name, status);
CREATE INDEX idx_schema_requests_status ON schema_requests(status, created_ms);
CREATE INDEX idx_schema_migrations_request_id ON schema_migrations(request_id, sequence);
CREATE INDEX idx_schema_migrations_previous ON schema_migrations(previous);
CREATE INDEX idx_schema_audit_request_id ON schema_audit(request_id, sequence);
CREATE TRIGGER schema_audit_no_update BEFORE UPDATE ON schema_audit BEGIN SELECT RAISE(ABORT, 'schema_audit is append-only'); END;
CREATE TRIGGER schema_audit_no_delete BEFORE DELETE ON schema_audit BEGIN SELECT RAISE(ABORT, 'schema_audit is append-only'); END;
CREATE INDEX "idx_review_notes_atom_id" ON "review_notes" ("atom_id");
CREATE INDEX "idx_review_notes_created_at" ON "review_notes" ("created_at");
CREATE INDEX "idx_review_notes_updated_at" ON "review_notes" ("updated_at");
COMMIT;
