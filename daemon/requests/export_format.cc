#include "daemon/requests/export_format.h"

#include <map>
#include <memory>
#include <string>

#include "daemon/requests/export_text.h"
#include "events/json_text.h"
#include "events/names.h"
#include "graph/queries/export_rows.h"

namespace dg {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

/// What a format does with the rows. Everything is appended to `out`.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual void begin(std::string& out) = 0;
  virtual void atom(std::string& out, const AtomRef& atom) = 0;
  virtual void edge(std::string& out, const EdgeRow& row) = 0;
  virtual void open(std::string& out, const OpenRow& row) = 0;
  virtual void end(std::string& out) = 0;
};

void append(std::string& out, std::uint32_t number) {
  out += std::to_string(number);
}

std::string reason_text(const OpenRow& row) {
  std::string reason(to_string(row.reason));
  if (!row.detail.empty()) {
    reason += ':';
    reason += row.detail;
  }
  return reason;
}

class JsonLines final : public Writer {
 public:
  void begin(std::string&) override {}
  void atom(std::string& out, const AtomRef& ref) override {
    const Atom& atom = ref.atom();
    out += R"({"type":"atom","id":)";
    append_json_string(out, atom_id_text(*ref.file, ref.index));
    out += R"(,"file":)";
    append_json_string(out, ref.file->path);
    out += R"(,"name":)";
    append_json_string(out, ref.name());
    out += R"(,"qualified_name":)";
    append_json_string(out, ref.qualified_name());
    out += R"(,"kind":")";
    out += to_string(atom.kind);
    out += R"(","line":)";
    append(out, atom.start.line);
    out += R"(,"end_line":)";
    append(out, atom.end.line);
    out += atom.exported ? ",\"exported\":true}\n" : ",\"exported\":false}\n";
  }
  void edge(std::string& out, const EdgeRow& row) override {
    open_row(out, "edge", row.relation, row.source, row.site);
    out += R"(,"target":)";
    end_point(out, row.target);
    out += R"(,"confidence":")";
    out += to_string(row.site.confidence);
    out += "\"}\n";
  }
  void open(std::string& out, const OpenRow& row) override {
    open_row(out, "unresolved", row.relation, row.source, row.site);
    out += R"(,"text":)";
    append_json_string(out, row.text);
    out += R"(,"reason":)";
    append_json_string(out, reason_text(row));
    out += "}\n";
  }
  void end(std::string&) override {}

 private:
  static void end_point(std::string& out, const AtomRef& ref) {
    out += R"({"id":)";
    append_json_string(out, atom_id_text(*ref.file, ref.index));
    out += R"(,"file":)";
    append_json_string(out, ref.file->path);
    out += R"(,"name":)";
    append_json_string(out, ref.name());
    out += R"(,"line":)";
    append(out, ref.atom().start.line);
    out += '}';
  }
  static void open_row(std::string& out, std::string_view type, Relation relation,
                       const AtomRef& source, const PlacedSite& site) {
    out += R"({"type":")";
    out += type;
    out += R"(","relation":")";
    out += to_string(relation);
    out += R"(","source":)";
    end_point(out, source);
    out += R"(,"site":{"line":)";
    append(out, site.at.line);
    out += R"(,"col":)";
    append(out, site.at.col);
    out += '}';
  }
};

/// Sites of one (source, relation, target) as one arrow: rows come sorted by (source, relation).
class Arrows : public Writer {
 public:
  void edge(std::string& out, const EdgeRow& row) final {
    const AtomId source = row.source.id();
    if (source != source_ || row.relation != relation_) {
      flush(out);
      source_ = source;
      relation_ = row.relation;
      source_ref_ = row.source;
    }
    const auto [found, is_new] =
        targets_.try_emplace(atom_id_text(*row.target.file, row.target.index));
    Arrow& arrow = found->second;
    ++arrow.sites;
    if (is_new || row.site.confidence < arrow.confidence) arrow.confidence = row.site.confidence;
  }
  void open(std::string&, const OpenRow&) final {}
  void end(std::string& out) final {
    flush(out);
    close(out);
  }

 protected:
  struct Arrow {
    std::uint32_t sites = 0;
    Confidence confidence = Confidence::exact;
  };
  virtual void arrow(std::string& out, const std::string& source, Relation relation,
                     const std::string& target, const Arrow& arrow) = 0;
  virtual void close(std::string& out) = 0;

 private:
  void flush(std::string& out) {
    if (targets_.empty()) return;
    const std::string source = atom_id_text(*source_ref_.file, source_ref_.index);
    for (const auto& [target, sites] : targets_) arrow(out, source, relation_, target, sites);
    targets_.clear();
  }
  AtomId source_ = kNoAtom;
  Relation relation_ = Relation::calls;
  AtomRef source_ref_;
  std::map<std::string, Arrow> targets_;  ///< Of the current source and relation, by id text.
};

class Dot final : public Arrows {
 public:
  void begin(std::string& out) override {
    out += "digraph deltagraph {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  }
  void atom(std::string& out, const AtomRef& ref) override {
    if (file_ != ref.file->path) {
      if (!file_.empty()) out += "  }\n";
      file_ = ref.file->path;
      out += "  subgraph ";
      append_dot_string(out, "cluster_" + file_);
      out += " {\n    label=";
      append_dot_string(out, file_);
      out += ";\n";
    }
    out += "    ";
    append_dot_string(out, atom_id_text(*ref.file, ref.index));
    out += " [label=";
    append_dot_string(out, ref.qualified_name());
    out += "];\n";
  }

 private:
  void arrow(std::string& out, const std::string& source, Relation relation,
             const std::string& target, const Arrow& arrow) override {
    leave_cluster(out);
    out += "  ";
    append_dot_string(out, source);
    out += " -> ";
    append_dot_string(out, target);
    out += " [label=\"";
    out += to_string(relation);
    out += arrow.confidence == Confidence::exact      ? "\"];\n"
           : arrow.confidence == Confidence::inferred ? "\", style=dashed];\n"
                                                      : "\", style=dotted];\n";
  }
  void close(std::string& out) override {
    leave_cluster(out);
    out += "}\n";
  }
  void leave_cluster(std::string& out) {
    if (!file_.empty()) out += "  }\n";
    file_.clear();
  }
  std::string file_;  ///< Of the open cluster; empty: none.
};

class GraphMl final : public Arrows {
 public:
  void begin(std::string& out) override {
    out +=
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";
    for (const char* key : {"file", "name", "qualified_name", "kind"})
      declare(out, "node", key, "string");
    declare(out, "node", "line", "int");
    declare(out, "node", "exported", "boolean");
    declare(out, "edge", "relation", "string");
    declare(out, "edge", "confidence", "string");
    declare(out, "edge", "sites", "int");
    out += "  <graph id=\"deltagraph\" edgedefault=\"directed\">\n";
  }
  void atom(std::string& out, const AtomRef& ref) override {
    out += "    <node id=\"";
    append_xml_text(out, atom_id_text(*ref.file, ref.index));
    out += "\">";
    data(out, "file", ref.file->path);
    data(out, "name", ref.name());
    data(out, "qualified_name", ref.qualified_name());
    data(out, "kind", to_string(ref.atom().kind));
    data(out, "line", std::to_string(ref.atom().start.line));
    data(out, "exported", ref.atom().exported ? "true" : "false");
    out += "</node>\n";
  }

 private:
  static void declare(std::string& out, std::string_view of, std::string_view name,
                      std::string_view type) {
    out.append("  <key id=\"").append(name).append("\" for=\"").append(of);
    out.append("\" attr.name=\"")
        .append(name)
        .append("\" attr.type=\"")
        .append(type)
        .append("\"/>\n");
  }
  static void data(std::string& out, std::string_view key, std::string_view text) {
    out.append("<data key=\"").append(key).append("\">");
    append_xml_text(out, text);
    out += "</data>";
  }
  void arrow(std::string& out, const std::string& source, Relation relation,
             const std::string& target, const Arrow& arrow) override {
    out += "    <edge source=\"";
    append_xml_text(out, source);
    out += "\" target=\"";
    append_xml_text(out, target);
    out += "\">";
    data(out, "relation", to_string(relation));
    data(out, "confidence", to_string(arrow.confidence));
    data(out, "sites", std::to_string(arrow.sites));
    out += "</edge>\n";
  }
  void close(std::string& out) override { out += "  </graph>\n</graphml>\n"; }
};

class Sql final : public Writer {
 public:
  void begin(std::string& out) override {
    out +=
        "BEGIN;\n"
        "CREATE TABLE atoms (id TEXT PRIMARY KEY, file TEXT NOT NULL, name TEXT NOT NULL, "
        "qualified_name TEXT NOT NULL, kind TEXT NOT NULL, line INTEGER NOT NULL, end_line INTEGER "
        "NOT "
        "NULL, exported INTEGER NOT NULL);\n"
        "CREATE TABLE edges (relation TEXT NOT NULL, source_id TEXT NOT NULL REFERENCES atoms(id), "
        "line "
        "INTEGER NOT NULL, col INTEGER NOT NULL, target_id TEXT NOT NULL REFERENCES atoms(id), "
        "confidence "
        "TEXT NOT NULL);\n"
        "CREATE TABLE unresolved (relation TEXT NOT NULL, source_id TEXT NOT NULL REFERENCES "
        "atoms(id), "
        "line INTEGER NOT NULL, col INTEGER NOT NULL, text TEXT NOT NULL, reason TEXT NOT NULL);\n";
  }
  void atom(std::string& out, const AtomRef& ref) override {
    const Atom& atom = ref.atom();
    out += "INSERT INTO atoms VALUES(";
    append_sql_string(out, atom_id_text(*ref.file, ref.index));
    for (const std::string_view text : {std::string_view(ref.file->path), ref.name(),
                                        ref.qualified_name(), to_string(atom.kind)}) {
      out += ',';
      append_sql_string(out, text);
    }
    out += ',';
    append(out, atom.start.line);
    out += ',';
    append(out, atom.end.line);
    out += atom.exported ? ",1);\n" : ",0);\n";
  }
  void edge(std::string& out, const EdgeRow& row) override {
    open_row(out, "edges", row.relation, row.source, row.site);
    append_sql_string(out, atom_id_text(*row.target.file, row.target.index));
    out += ',';
    append_sql_string(out, to_string(row.site.confidence));
    out += ");\n";
  }
  void open(std::string& out, const OpenRow& row) override {
    open_row(out, "unresolved", row.relation, row.source, row.site);
    append_sql_string(out, row.text);
    out += ',';
    append_sql_string(out, reason_text(row));
    out += ");\n";
  }
  void end(std::string& out) override {
    out +=
        "CREATE INDEX edges_source ON edges(source_id, relation);\n"
        "CREATE INDEX edges_target ON edges(target_id, relation);\n"
        "COMMIT;\n";
  }

 private:
  static void open_row(std::string& out, std::string_view table, Relation relation,
                       const AtomRef& source, const PlacedSite& site) {
    out.append("INSERT INTO ").append(table).append(" VALUES(");
    append_sql_string(out, to_string(relation));
    out += ',';
    append_sql_string(out, atom_id_text(*source.file, source.index));
    out += ',';
    append(out, site.at.line);
    out += ',';
    append(out, site.at.col);
    out += ',';
  }
};

std::unique_ptr<Writer> writer_of(ExportFormat format) {
  switch (format) {
    case ExportFormat::jsonl:
      return std::make_unique<JsonLines>();
    case ExportFormat::dot:
      return std::make_unique<Dot>();
    case ExportFormat::graphml:
      return std::make_unique<GraphMl>();
    case ExportFormat::sql:
      return std::make_unique<Sql>();
  }
  return std::make_unique<JsonLines>();
}

}  // namespace

std::optional<ExportFormat> export_format_named(std::string_view name) noexcept {
  if (name == "jsonl") return ExportFormat::jsonl;
  if (name == "dot") return ExportFormat::dot;
  if (name == "graphml") return ExportFormat::graphml;
  if (name == "sql") return ExportFormat::sql;
  return std::nullopt;
}

void write_export(const Snapshot& snapshot, ExportFormat format, Confidence worst,
                  const std::function<void(std::string_view)>& sink) {
  const std::unique_ptr<Writer> writer = writer_of(format);
  std::string buffer;
  buffer.reserve(kPiece + 4096);
  const auto hand_over = [&](std::size_t least) {
    if (buffer.size() < least) return;
    sink(buffer);
    buffer.clear();
  };
  writer->begin(buffer);
  ExportSink rows;
  rows.atom = [&](const AtomRef& atom) {
    writer->atom(buffer, atom);
    hand_over(kPiece);
  };
  rows.edge = [&](const EdgeRow& row) {
    writer->edge(buffer, row);
    hand_over(kPiece);
  };
  rows.open = [&](const OpenRow& row) {
    writer->open(buffer, row);
    hand_over(kPiece);
  };
  export_rows(snapshot, worst, rows);
  writer->end(buffer);
  hand_over(1);
}

}  // namespace dg
