-- A database of the predecessor as its base SQL made it: `atoms` with 56 columns (called_by_json and
-- function_type came later), ids as keys, times as text, no application_id and no user_version.
CREATE TABLE atoms (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  atom_type TEXT NOT NULL,
  file_path TEXT NOT NULL,
  line_start INTEGER NOT NULL,
  line_end INTEGER NOT NULL,
  lines_of_code INTEGER NOT NULL,
  complexity INTEGER NOT NULL,
  parameter_count INTEGER DEFAULT 0,
  is_exported BOOLEAN DEFAULT 0,
  is_async BOOLEAN DEFAULT 0,
  is_test_callback BOOLEAN DEFAULT 0,
  test_callback_type TEXT,
  has_error_handling BOOLEAN DEFAULT 0,
  has_network_calls BOOLEAN DEFAULT 0,
  archetype_type TEXT,
  archetype_severity INTEGER,
  archetype_confidence REAL,
  purpose_type TEXT,
  purpose_confidence REAL,
  is_dead_code BOOLEAN DEFAULT 0,
  importance_score REAL DEFAULT 0,
  coupling_score REAL DEFAULT 0,
  cohesion_score REAL DEFAULT 0,
  stability_score REAL DEFAULT 1,
  propagation_score REAL DEFAULT 0,
  fragility_score REAL DEFAULT 0,
  testability_score REAL DEFAULT 0,
  in_degree INTEGER DEFAULT 0,
  out_degree INTEGER DEFAULT 0,
  centrality_score REAL DEFAULT 0,
  centrality_classification TEXT,
  risk_level TEXT,
  risk_prediction TEXT,
  callers_count INTEGER DEFAULT 0,
  callees_count INTEGER DEFAULT 0,
  dependency_depth INTEGER DEFAULT 0,
  external_call_count INTEGER DEFAULT 0,
  extracted_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  change_frequency REAL DEFAULT 0,
  age_days INTEGER DEFAULT 0,
  generation INTEGER DEFAULT 1,
  signature_json JSON,
  data_flow_json JSON,
  calls_json JSON,
  temporal_json JSON,
  error_flow_json JSON,
  performance_json JSON,
  dna_json JSON,
  derived_json JSON,
  shared_state_json JSON,
  event_emitters_json JSON,
  event_listeners_json JSON,
  scope_type TEXT,
  _meta_json JSON
);
CREATE INDEX idx_atoms_file_path ON atoms(file_path);
CREATE INDEX idx_atoms_complexity ON atoms(complexity DESC);
CREATE TABLE files (
  path TEXT PRIMARY KEY, last_analyzed TEXT NOT NULL, atom_count INTEGER DEFAULT 0,
  total_complexity INTEGER DEFAULT 0, total_lines INTEGER DEFAULT 0, module_name TEXT,
  imports_json TEXT, exports_json TEXT
);
CREATE TABLE atom_relations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, source_id TEXT NOT NULL, target_id TEXT NOT NULL,
  relation_type TEXT NOT NULL, weight REAL DEFAULT 1.0, line_number INTEGER, context_json TEXT,
  created_at TEXT NOT NULL, UNIQUE (source_id, target_id, relation_type, line_number),
  FOREIGN KEY (source_id) REFERENCES atoms(id) ON DELETE CASCADE,
  FOREIGN KEY (target_id) REFERENCES atoms(id) ON DELETE CASCADE
);
CREATE TABLE system_metadata (key TEXT PRIMARY KEY, value TEXT, updated_at TEXT);
CREATE TABLE risk_assessments (file_path TEXT PRIMARY KEY, risk_score REAL, assessed_at TEXT);
CREATE VIEW call_graph AS SELECT s.name AS caller, t.name AS callee FROM atom_relations r
  JOIN atoms s ON s.id = r.source_id JOIN atoms t ON t.id = r.target_id;
CREATE VIEW atom_health AS SELECT id, CASE WHEN complexity > 20 THEN 'high' ELSE 'low' END AS level
  FROM atoms;
CREATE TRIGGER atoms_touch AFTER UPDATE ON atoms BEGIN
  UPDATE atoms SET updated_at = datetime('now') WHERE id = NEW.id;
END;
INSERT INTO atoms(id, name, atom_type, file_path, line_start, line_end, lines_of_code, complexity,
                  purpose_type, extracted_at, updated_at) VALUES
  ('src/a.js::pay', 'pay', 'atom', 'src/a.js', 1, 9, 9, 3, '[object Object]',
   '2026-02-28T12:00:00.000Z', '2026-02-28 12:00:01'),
  ('src/a.js::ship', 'ship', 'atom', 'src/a.js', 11, 20, 10, 1, 'API_EXPORT',
   '2026-02-28T12:00:00.000Z', '2026-02-28 12:00:01');
INSERT INTO files(path, last_analyzed, atom_count) VALUES ('src/a.js', '2026-02-28 12:00:01', 2);
INSERT INTO atom_relations(source_id, target_id, relation_type, created_at)
  VALUES ('src/a.js::pay', 'src/a.js::ship', 'calls', '2026-02-28 12:00:01');
INSERT INTO system_metadata VALUES ('version', '0.9.70', '2026-02-28');
INSERT INTO risk_assessments VALUES ('src/a.js', 0.4, '2026-02-28');
