#pragma once
/// \file
/// Numbered migrations: what a person writes, and what became of it. Values: any thread.
///
/// The declared schema needs none: it is reconciled at every start (upgrade/upkeep.h). They are for
/// data, for rebuilds and removals, and for tables of a team's own: files `NNNN_slug.sql` of which
/// each has sections, begun by a comment line of its own:
///
///     -- kind: schema            (or data, fix, seed; default schema)
///     -- description: one line
///     -- deprecated: reason      optional: it is not run any more; where it was, it stays applied
///     -- up                      the statements
///     -- down                    that take it back; left out: it cannot be
///     -- verify                  optional: a SELECT that gives 1 where `up` has had its effect

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/result.h"

namespace dg::schema {

enum class MigrationKind : std::uint8_t { schema, data, fix, seed };
std::string_view to_string(MigrationKind kind) noexcept;
std::optional<MigrationKind> kind_named(std::string_view name) noexcept;

enum class MigrationState : std::uint8_t { pending, applied, failed, rolled_back, skipped };
std::string_view to_string(MigrationState state) noexcept;
std::optional<MigrationState> state_named(std::string_view name) noexcept;

struct Migration {
  std::int64_t number = 0;  ///< From 1.
  std::string name;         ///< `0001_add_owner`.
  MigrationKind kind = MigrationKind::schema;
  std::string description;
  std::string deprecated;  ///< Why it is not to be run any more; empty: it is.
  std::string up, verify;
  std::optional<std::string> down;
  std::filesystem::path file;

  std::string checksum() const;  ///< Of up and down.
};

/// One row of schema_migrations.
struct MigrationRecord {
  std::string name;
  std::optional<std::int64_t> number;  ///< None: one of the program's own.
  MigrationKind kind = MigrationKind::schema;
  MigrationState state = MigrationState::applied;
  std::string checksum;
  std::int64_t applied_at = 0, duration_us = 0;
  std::string applied_by, batch, up;
  std::optional<std::string> down, error, backup, findings;
};

/// A migration as a person sees it: its file and its row, as far as they are there.
struct MigrationLine {
  std::string name;
  std::optional<std::int64_t> number;
  MigrationKind kind = MigrationKind::schema;
  MigrationState state = MigrationState::pending;
  std::string description;
  std::string deprecated;                        ///< As in its file.
  std::int64_t applied_at = 0, duration_us = 0;  ///< 0: never.
  std::string applied_by, error, backup;
  bool edited = false;      ///< Applied, and the file or the row says something else by now.
  bool file_gone = false;   ///< Applied, and there is no file of that name.
  bool reversible = false;  ///< Has a `down`.
};

/// One file's text; refused (usage) with the line where it cannot be understood.
Result<Migration> parse_migration(const std::filesystem::path& file, std::string_view text);

/// All files of a folder, by number; none where there is no folder. Refused (usage) where a name is
/// none of a migration's or two have one number.
Result<std::vector<Migration>> load_migrations(const std::filesystem::path& folder);

/// The text of a file that parse_migration() reads.
std::string file_text(const Migration& migration);

/// `Add owner!` -> `add_owner`; empty where nothing is left.
std::string slug_of(std::string_view words);

/// Files and rows brought together: numbered ones by number, then the program's own.
std::vector<MigrationLine> lines_of(const std::vector<Migration>& files,
                                    const std::vector<MigrationRecord>& records);

/// The first that was applied and is another one by now: a hard error for whatever would go on.
std::optional<Error> find_edited(const std::vector<MigrationLine>& lines);

}  // namespace dg::schema
