#include "storage/schema/migrations/built_in.h"

#include <algorithm>
#include <chrono>

#include "storage/clock.h"
#include "storage/login_name.h"
#include "storage/schema/migrations/record.h"
#include "storage/schema/upgrade/journal.h"
#include "storage/uuid.h"

namespace dg::schema {
namespace {

constexpr BuiltIn kBuiltIn[] = {
    {"repair_purpose_type", MigrationKind::fix,
     "A purpose that was stored as the text of an object is no purpose: unknown again.",
     "SELECT count(*) FROM atoms WHERE purpose_type = '[object Object]'",
     "UPDATE atoms SET purpose_type = NULL, purpose_confidence = NULL "
     "WHERE purpose_type = '[object Object]'"},
};

bool has_record(const Connection& connection, std::string_view name) {
  Statement row = connection.prepare("SELECT count(*) FROM schema_migrations WHERE name = ?1");
  row.bind_text(1, name);
  return row.step() && row.integer(0) != 0;
}

MigrationRecord record_of(const BuiltIn& each, const std::string& batch) {
  MigrationRecord record;
  record.name = each.name;
  record.kind = each.kind;
  record.state = MigrationState::skipped;
  record.up = each.run;
  record.checksum = checksum_of(record.up, "");
  record.applied_at = unix_ms();
  record.applied_by = login_name();
  record.batch = batch;
  return record;
}

}  // namespace

std::span<const BuiltIn> built_in() noexcept {
  return kBuiltIn;
}

bool has_built_in_work(const Connection& connection) {
  return std::any_of(std::begin(kBuiltIn), std::end(kBuiltIn),
                     [&](const BuiltIn& each) { return !has_record(connection, each.name); });
}

std::vector<Step> run_built_in(Connection& connection, bool all) {
  std::vector<Step> steps;
  Journal journal;
  const std::string batch = make_uuid_v7(unix_ms());
  for (const BuiltIn& each : kBuiltIn) {
    const bool known = has_record(connection, each.name);
    if (known && !all) continue;
    const bool needed = connection.integer(each.check) != 0;
    if (known && !needed) continue;
    MigrationRecord record = record_of(each, batch);
    if (needed) {
      const auto begun = std::chrono::steady_clock::now();
      const Step step{"migration", record.name, record.up, true, false};
      journal.run(connection, step);
      journal.run(connection, {"migration", record.name,
                               "SELECT (" + std::string(each.check) + ") = 0", true, true});
      steps.push_back(step);
      record.state = MigrationState::applied;
      const auto took = std::chrono::steady_clock::now() - begun;
      record.duration_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    }
    put_record(connection, record);
  }
  journal.write(connection);
  return steps;
}

}  // namespace dg::schema
