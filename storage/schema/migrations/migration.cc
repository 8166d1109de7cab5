#include "storage/schema/migrations/migration.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <system_error>

#include "storage/schema/migrations/record.h"

namespace dg::schema {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKinds[] = {"schema", "data", "fix", "seed"};
constexpr std::string_view kStates[] = {"pending", "applied", "failed", "rolled_back", "skipped"};
constexpr std::string_view kForm = "NNNN_slug.sql with a slug of a-z, 0-9 and _";

template <typename Value, std::size_t N>
std::optional<Value> named(const std::string_view (&names)[N], std::string_view name) noexcept {
  const auto found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<Value>(found - std::begin(names));
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_slug(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// The number of `0001_slug`; nothing where the name has not that form.
std::optional<std::int64_t> number_of(std::string_view name) {
  const std::size_t digits = std::min(name.find('_'), name.size());
  std::int64_t number = 0;
  const auto read = std::from_chars(name.data(), name.data() + digits, number);
  const bool all = read.ec == std::errc() && read.ptr == name.data() + digits;
  if (!all || digits < 4 || digits > 9 || number <= 0 || digits == name.size()) return std::nullopt;
  return is_slug(name.substr(digits + 1)) ? std::optional(number) : std::nullopt;
}

Error unread(const fs::path& file, const std::string& reason, const std::string& cure) {
  return {ErrorKind::usage, file.string(), reason, cure};
}

/// Sections and heading of one file.
struct Sections {
  std::map<std::string, std::string, std::less<>> texts;
  std::string kind, description, deprecated;
};

Result<Sections> split(const fs::path& file, std::string_view text) {
  Sections sections;
  std::string* into = nullptr;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const std::string_view said =
        line.starts_with("--") ? trimmed(line.substr(2)) : std::string_view();
    if (said == "up" || said == "down" || said == "verify") {
      const auto [section, added] = sections.texts.emplace(said, "");
      if (!added) {
        return unread(
            file,
            "line " + std::to_string(number) + ": a second section '" + std::string(said) + "'",
            "Put its statements into the first");
      }
      into = &section->second;
    } else if (into != nullptr) {
      into->append(line).append("\n");
    } else if (said.starts_with("kind:")) {
      sections.kind = trimmed(said.substr(5));
    } else if (said.starts_with("description:")) {
      sections.description = trimmed(said.substr(12));
    } else if (said.starts_with("deprecated:")) {
      sections.deprecated = trimmed(said.substr(11));
    } else if (!trimmed(line).empty() && !line.starts_with("--")) {
      return unread(file, "line " + std::to_string(number) + ": a statement before '-- up'",
                    "Begin the statements with a line '-- up'");
    }
  }
  return sections;
}

}  // namespace

std::string_view to_string(MigrationKind kind) noexcept {
  return kKinds[static_cast<std::size_t>(kind)];
}
std::optional<MigrationKind> kind_named(std::string_view name) noexcept {
  return named<MigrationKind>(kKinds, name);
}
std::string_view to_string(MigrationState state) noexcept {
  return kStates[static_cast<std::size_t>(state)];
}
std::optional<MigrationState> state_named(std::string_view name) noexcept {
  return named<MigrationState>(kStates, name);
}

std::string Migration::checksum() const {
  return checksum_of(up, down.value_or(""));
}

Result<Migration> parse_migration(const fs::path& file, std::string_view text) {
  Migration migration;
  migration.file = file;
  migration.name = file.stem().string();
  const std::optional<std::int64_t> number = number_of(migration.name);
  if (!number) {
    return unread(file, "its name is none of a migration", "Call it " + std::string(kForm));
  }
  migration.number = *number;
  Result<Sections> sections = split(file, text);
  if (!sections) return sections.error();
  if (!sections->kind.empty()) {
    const std::optional<MigrationKind> kind = kind_named(sections->kind);
    if (!kind)
      return unread(file, "its kind '" + sections->kind + "' is unknown",
                    "Say schema, data, fix or seed");
    migration.kind = *kind;
  }
  migration.description = sections->description;
  migration.deprecated = sections->deprecated;
  const auto section = [&](const char* name) {
    const auto found = sections->texts.find(name);
    return found == sections->texts.end() ? std::string() : std::string(trimmed(found->second));
  };
  migration.up = section("up");
  migration.verify = section("verify");
  if (const std::string down = section("down"); !down.empty()) migration.down = down;
  if (migration.up.empty())
    return unread(file, "it has no statement to run", "Write it below a line '-- up'");
  return migration;
}

Result<std::vector<Migration>> load_migrations(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".sql") files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Migration> all;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) return unread(file, "it cannot be read", "Check its permissions");
    Result<Migration> migration = parse_migration(file, text);
    if (!migration) return migration.error();
    all.push_back(*std::move(migration));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Migration& a, const Migration& b) { return a.number < b.number; });
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].number != all[i - 1].number) continue;
    return Error{ErrorKind::usage, all[i].file.filename().string(),
                 "has the number of " + all[i - 1].file.filename().string(),
                 "Give the later one the next free number: 'deltagraph db status' lists them"};
  }
  return all;
}

std::string file_text(const Migration& migration) {
  std::string text = "-- " + migration.name + "\n";
  text += "-- kind: " + std::string(to_string(migration.kind)) + "\n";
  if (!migration.description.empty()) text += "-- description: " + migration.description + "\n";
  if (!migration.deprecated.empty()) text += "-- deprecated: " + migration.deprecated + "\n";
  text += "\n-- up\n" + migration.up + "\n";
  if (migration.down) text += "\n-- down\n" + *migration.down + "\n";
  if (!migration.verify.empty()) text += "\n-- verify\n" + migration.verify + "\n";
  return text;
}

std::string slug_of(std::string_view words) {
  std::string slug;
  for (const char c : words) {
    const bool upper = c >= 'A' && c <= 'Z';
    const char small = upper ? static_cast<char>(c - 'A' + 'a') : c;
    const bool kept = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
    if (kept) {
      slug += small;
    } else if (!slug.empty() && slug.back() != '_') {
      slug += '_';
    }
  }
  while (!slug.empty() && slug.back() == '_') slug.pop_back();
  if (slug.size() > 60) slug.resize(60);
  return slug;
}

std::vector<MigrationLine> lines_of(const std::vector<Migration>& files,
                                    const std::vector<MigrationRecord>& records) {
  std::vector<MigrationLine> lines;
  for (const Migration& file : files) {
    MigrationLine& line = lines.emplace_back();
    line.name = file.name;
    line.number = file.number;
    line.kind = file.kind;
    line.description = file.description;
    line.deprecated = file.deprecated;
    if (!file.deprecated.empty()) line.state = MigrationState::skipped;
    line.reversible = file.down.has_value();
  }
  for (const MigrationRecord& record : records) {
    auto found = std::find_if(lines.begin(), lines.end(),
                              [&](const MigrationLine& line) { return line.name == record.name; });
    const bool applied = record.state == MigrationState::applied;
    if (found == lines.end()) {
      found = lines.insert(lines.end(), MigrationLine());
      found->name = record.name;
      found->number = record.number;
      found->kind = record.kind;
      found->file_gone = record.number.has_value();
      found->reversible = record.down.has_value();
    } else if (applied) {
      const auto file = std::find_if(files.begin(), files.end(), [&](const Migration& each) {
        return each.name == record.name;
      });
      found->edited = file->checksum() != record.checksum;
    }
    found->edited = found->edited || (applied && checksum_of(record.up, record.down.value_or("")) !=
                                                     record.checksum);
    found->state = record.state;
    found->applied_at = record.applied_at;
    found->duration_us = record.duration_us;
    found->applied_by = record.applied_by;
    found->error = record.error.value_or("");
    found->backup = record.backup.value_or("");
  }
  std::stable_sort(lines.begin(), lines.end(), [](const MigrationLine& a, const MigrationLine& b) {
    if (a.number.has_value() != b.number.has_value()) return a.number.has_value();
    return a.number && *a.number < *b.number;
  });
  return lines;
}

std::optional<Error> find_edited(const std::vector<MigrationLine>& lines) {
  for (const MigrationLine& line : lines) {
    if (!line.edited) continue;
    return Error{
        ErrorKind::conflict, line.name,
        "was applied and is another one by now: its checksum differs",
        "Restore what was applied and write a new migration; one that was applied is never "
        "edited"};
  }
  return std::nullopt;
}

}  // namespace dg::schema
