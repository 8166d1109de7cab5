#include "storage/schema/report/atoms_inspector.h"

#include <algorithm>
#include <cmath>

#include "storage/result.h"
#include "storage/schema/live/sql_tokens.h"
#include "storage/schema/registry.h"

namespace dg {
namespace {

using schema::quoted_name;
using schema::quoted_text;

constexpr std::size_t kMostValues = 20;  ///< Of a distribution.
constexpr std::size_t kMostChanges = 100;

struct NamedExpression {
  const char* name;
  const char* sql;  ///< Over a row of atoms called `a`.
};

constexpr NamedExpression kMetrics[] = {
    {"with_calls",
     "EXISTS (SELECT 1 FROM atom_relations WHERE source_id = a.rowid AND "
     "relation_type IN ('calls', 'instantiates'))"},
    {"with_callers",
     "EXISTS (SELECT 1 FROM atom_relations WHERE target_id = a.rowid AND "
     "relation_type IN ('calls', 'instantiates'))"},
    {"with_complexity", "complexity > 1"},
    {"with_fingerprint", "structural_hash IS NOT NULL"},
    {"with_data_flow", "data_flow_json IS NOT NULL"},
    {"exported", "is_exported = 1"},
    {"async", "is_async = 1"},
    {"with_error_handling", "has_error_handling = 1"},
};

constexpr NamedExpression kCorrelated[] = {
    {"complexity", "a.complexity"},
    {"lines_of_code", "a.lines_of_code"},
    {"parameter_count", "a.parameter_count"},
    {"external_call_count", "a.external_call_count"},
    {"callees_count", "a.callees_count"},
    {"callers",
     "(SELECT count(*) FROM atom_relations WHERE target_id = a.rowid AND "
     "relation_type = 'calls' AND source_id <> a.rowid)"},
};

class AtomsInspector {
 public:
  AtomsInspector(const Connection& connection, const AtomsQuestion& question)
      : connection_(connection), question_(question) {
    from_ = " FROM atoms a WHERE a.state = 'live'";
    if (!question.type.empty()) from_ += " AND a.atom_type = " + quoted_text(question.type);
  }

  AtomsReport run() {
    AtomsReport report;
    report.total = count("SELECT count(*) FROM atoms WHERE state = 'live'");
    report.matching = count("SELECT count(*)" + from_);
    report.by_type = pairs(
        "SELECT atom_type, count(*) AS n FROM atoms WHERE state = 'live' GROUP BY 1 "
        "ORDER BY n DESC, 1");
    check_type(report);
    for (const NamedExpression& metric : kMetrics)
      report.metrics.emplace_back(metric.name,
                                  count("SELECT count(*)" + from_ + " AND " + metric.sql));
    read_fields(report);
    correlate(report);
    read_samples(report);
    if (!question_.focus.empty()) follow(report);
    return report;
  }

 private:
  std::uint64_t count(const std::string& sql) const {
    return static_cast<std::uint64_t>(connection_.integer(sql));
  }

  std::vector<std::pair<std::string, std::uint64_t>> pairs(const std::string& sql) const {
    std::vector<std::pair<std::string, std::uint64_t>> all;
    Statement rows = connection_.prepare(sql);
    while (rows.step()) {
      // SQLite renders a number when it is asked for its text.
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(rows.handle(), 0));
      all.emplace_back(text == nullptr ? "" : text, static_cast<std::uint64_t>(rows.integer(1)));
    }
    return all;
  }

  void check_type(const AtomsReport& report) const {
    if (question_.type.empty() || report.matching > 0) return;
    std::string known;
    for (const auto& [type, atoms] : report.by_type) known += (known.empty() ? "" : ", ") + type;
    throw Error{ErrorKind::not_found, "atom type '" + question_.type + "'", "no atom has it",
                known.empty() ? "Nothing is indexed yet" : "Give one of " + known};
  }

  void read_fields(AtomsReport& report) const {
    Statement columns = connection_.prepare("SELECT name, type FROM pragma_table_xinfo('atoms')");
    while (columns.step()) {
      FieldReport& field = report.fields.emplace_back();
      field.name = columns.text(0);
      field.type = columns.text(1);
    }
    if (!question_.focus.empty()) check_focus(report);
    for (FieldReport& field : report.fields) {
      const schema::Column* known = schema::table("atoms")->column(field.name);
      bool is_json = false;
      if (known != nullptr) {
        field.type = schema::to_string(known->type);
        field.added_in = known->added_in;
        field.producer = known->producer;
        field.description = known->description;
        is_json = known->type == schema::ColumnType::json;
      }
      const std::string name = "a." + quoted_name(field.name);
      field.present = count("SELECT count(" + name + ")" + from_);
      if (field.present == 0 || is_json) continue;
      field.distinct = count("SELECT count(DISTINCT " + name + ")" + from_);
      const bool number = field.type == "integer" || field.type == "real";
      if (number) field.spread = spread(name, field.present);
      if (field.distinct <= kMostValues && (!number || field.type == "boolean"))
        field.values = pairs("SELECT " + name + ", count(*) AS n" + from_ + " AND " + name +
                             " IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1");
    }
  }

  void check_focus(const AtomsReport& report) const {
    for (const FieldReport& field : report.fields) {
      if (field.name == question_.focus) return;
    }
    throw Error{ErrorKind::usage, "focus_field '" + question_.focus + "'", "is no column of atoms",
                "See 'deltagraph get_schema registry --table atoms'"};
  }

  Spread spread(const std::string& name, std::uint64_t present) const {
    Spread spread;
    Statement all = connection_.prepare("SELECT min(" + name + "), max(" + name + "), avg(" + name +
                                        ")" + from_);
    if (all.step()) {
      spread.least = all.real(0);
      spread.most = all.real(1);
      spread.mean = all.real(2);
    }
    all.reset();
    Statement at = connection_.prepare("SELECT " + name + from_ + " AND " + name +
                                       " IS NOT NULL ORDER BY 1 LIMIT 1 OFFSET ?1");
    const auto quantile = [&](double share) {
      const double rank = std::ceil(share * static_cast<double>(present));
      at.bind(1, std::max<std::int64_t>(0, static_cast<std::int64_t>(rank) - 1));
      const double value = at.step() ? at.real(0) : 0;
      at.reset();
      return value;
    };
    spread.median = quantile(0.5);
    spread.p75 = quantile(0.75);
    spread.p95 = quantile(0.95);
    return spread;
  }

  /// One pass over the rows; each pair counts the rows in which both are there.
  void correlate(AtomsReport& report) const {
    constexpr std::size_t kCount = std::size(kCorrelated);
    std::string sql = "SELECT ";
    for (std::size_t i = 0; i < kCount; ++i) {
      if (i != 0) sql += ", ";
      sql += kCorrelated[i].sql;
    }
    std::vector<std::vector<std::optional<double>>> columns(kCount);
    Statement rows = connection_.prepare(sql + from_);
    while (rows.step()) {
      for (std::size_t i = 0; i < kCount; ++i) {
        const int column = static_cast<int>(i);
        columns[i].push_back(rows.is_null(column) ? std::nullopt
                                                  : std::optional(rows.real(column)));
      }
    }
    for (std::size_t i = 0; i < kCount; ++i) {
      for (std::size_t j = i + 1; j < kCount; ++j)
        report.correlations.push_back(
            pearson(kCorrelated[i].name, columns[i], kCorrelated[j].name, columns[j]));
    }
  }

  /// From the deviations, which loses less than the sums of squares do.
  static Correlation pearson(const char* a, const std::vector<std::optional<double>>& x,
                             const char* b, const std::vector<std::optional<double>>& y) {
    Correlation found;
    found.a = a;
    found.b = b;
    double sum_x = 0, sum_y = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!x[i] || !y[i]) continue;
      ++found.rows;
      sum_x += *x[i];
      sum_y += *y[i];
    }
    if (found.rows < 3) return found;
    const double mean_x = sum_x / static_cast<double>(found.rows);
    const double mean_y = sum_y / static_cast<double>(found.rows);
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!x[i] || !y[i]) continue;
      const double dx = *x[i] - mean_x, dy = *y[i] - mean_y;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
    }
    if (xx > 0 && yy > 0) found.r = xy / std::sqrt(xx * yy);
    return found;
  }

  void read_samples(AtomsReport& report) const {
    if (question_.samples == 0 || report.matching == 0) return;
    const std::uint64_t step =
        std::max<std::uint64_t>(1, report.matching / std::max<std::size_t>(1, question_.samples));
    Statement rows = connection_.prepare(
        "SELECT * FROM (SELECT a.*, row_number() OVER (ORDER BY a.id) - 1 AS number" + from_ +
        ") WHERE number % ?1 = 0 ORDER BY number LIMIT ?2");
    rows.bind(1, static_cast<std::int64_t>(step));
    rows.bind(2, static_cast<std::int64_t>(question_.samples));
    while (rows.step()) {
      std::vector<AtomsReport::Cell>& row = report.samples.emplace_back();
      const int columns = sqlite3_column_count(rows.handle()) - 1;
      for (int i = 0; i < columns; ++i) {
        const int type = sqlite3_column_type(rows.handle(), i);
        const std::string name = sqlite3_column_name(rows.handle(), i);
        if (type == SQLITE_NULL || type == SQLITE_BLOB || name.ends_with("_json")) continue;
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(rows.handle(), i));
        row.push_back({name, std::string(text), type != SQLITE_TEXT});
      }
    }
  }

  /// The log names a field without the suffix or prefix that its column has.
  void follow(AtomsReport& report) const {
    std::string field = question_.focus;
    if (field.ends_with("_json")) field.resize(field.size() - 5);
    if (field.starts_with("is_")) field = field.substr(3);
    const std::string from =
        " FROM atom_events e, json_each(e.changed_fields) j JOIN transactions t "
        "ON t.sequence = e.transaction_id WHERE j.value IN (?1, ?2)";
    Statement all = connection_.prepare("SELECT count(*)" + from);
    all.bind_text(1, question_.focus);
    all.bind_text(2, field);
    if (all.step()) report.changed_atoms = static_cast<std::uint64_t>(all.integer(0));
    all.reset();
    Statement rows =
        connection_.prepare("SELECT t.sequence, t.committed_ms, count(*)" + from +
                            " GROUP BY 1 ORDER BY 1 DESC LIMIT " + std::to_string(kMostChanges));
    rows.bind_text(1, question_.focus);
    rows.bind_text(2, field);
    while (rows.step()) {
      report.changes.push_back({static_cast<std::uint64_t>(rows.integer(0)), rows.integer(1),
                                static_cast<std::uint64_t>(rows.integer(2))});
    }
  }

  const Connection& connection_;
  const AtomsQuestion& question_;
  std::string from_;
};

}  // namespace

AtomsReport report_atoms(const Connection& connection, const AtomsQuestion& question) {
  return AtomsInspector(connection, question).run();
}

}  // namespace dg
