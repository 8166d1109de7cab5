#include "tests/modules/storage_test_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "storage/codec/links_codec.h"
#include "storage/sqlite/connection.h"

namespace dg {
namespace {

/// Builds the facts of one file; names are interned as the parser does it.
class FactsBuilder {
 public:
  FactsBuilder() {
    facts_.name_ends.push_back(0);  // Name 0 is the empty one.
    facts_.exprs.emplace_back();
    facts_.scopes.emplace_back();
    Atom module;
    module.name = module.qualified_name = name("<module>");
    module.kind = AtomKind::module;
    facts_.atoms.push_back(module);
  }

  NameId name(const std::string& text) {
    if (text.empty()) return NameId{};
    const auto [entry, fresh] = names_.try_emplace(text, names_.size() + 1);
    if (fresh) {
      facts_.name_bytes += text;
      facts_.name_ends.push_back(static_cast<std::uint32_t>(facts_.name_bytes.size()));
    }
    return static_cast<NameId>(entry->second);
  }

  void add(const FunctionSpec& spec) {
    Atom atom;
    atom.name = atom.qualified_name = name(spec.name);
    atom.form = FunctionForm::declaration;
    atom.parent = AtomIndex{0};
    atom.start = {spec.line, 1};
    const auto uses = static_cast<std::uint32_t>(spec.calls.size() + spec.open.size());
    atom.end = {spec.line + uses + 1, 2};
    atom.name_at = {spec.line, 10};
    atom.signature = name(spec.signature);
    atom.doc = name(spec.doc);
    atom.body_hash = spec.body;
    atom.shape_hash = spec.body ^ 0xff;
    atom.references = {static_cast<std::uint32_t>(facts_.references.size()), uses};
    const auto index = static_cast<AtomIndex>(facts_.atoms.size());
    for (std::uint32_t i = 0; i < uses; ++i) {
      Reference reference;
      reference.owner = index;
      reference.at = {spec.line + i + 1, 3};
      reference.text =
          name(i < spec.calls.size() ? spec.calls[i] : spec.open[i - spec.calls.size()]);
      facts_.references.push_back(reference);
    }
    facts_.atoms.push_back(atom);
    facts_.lines = std::max(facts_.lines, atom.end.line);
  }

  FileFacts& facts() noexcept { return facts_; }

 private:
  FileFacts facts_;
  std::map<std::string, std::size_t> names_;
};

void describe_file(const FileVersion& file, std::string& text) {
  text += file.path + " " + std::to_string(raw(file.id)) + " " + std::to_string(file.hash.low) +
          " " + std::to_string(file.mtime_ns) + " " + std::to_string(file.size) + "\n";
  for (std::size_t i = 0; i < file.atoms.size(); ++i) {
    const Atom& atom = file.facts->atoms[i];
    text += "  " + std::to_string(raw(file.atoms[i])) + " v" + std::to_string(file.versions[i]) +
            " " + std::string(file.facts->name(atom.qualified_name)) + " line " +
            std::to_string(atom.start.line) + " doc " + std::string(file.facts->name(atom.doc)) +
            "\n";
  }
  const std::string links = encode_links(*file.links);
  text += "  links";
  for (const char c : links) text += " " + std::to_string(static_cast<unsigned char>(c));
  text += "\n";
}

}  // namespace

bool use_memory_disk() {
  std::error_code error;
  const bool there = std::filesystem::is_directory("/dev/shm", error);
  return there && ::setenv("TMPDIR", "/dev/shm", 1) == 0;
}

AtomId HandmadeProject::id_of(const std::string& id_text) {
  const auto [entry, fresh] = ids_.try_emplace(id_text, AtomId{next_atom_});
  if (fresh) ++next_atom_;
  return entry->second;
}

void HandmadeProject::rename(const std::string& from, const std::string& to) {
  ids_[to] = id_of(from);
  ids_.erase(from);
}

FileDelta HandmadeProject::put(const std::string& path, const std::vector<FunctionSpec>& functions,
                               std::uint64_t fill) {
  FactsBuilder builder;
  auto links = std::make_shared<FileLinks>();
  auto file = std::make_shared<FileVersion>();
  file->path = path;
  file->atoms.push_back(id_of(path + "::<module>"));
  std::uint64_t hash = 14695981039346656037u ^ fill;
  for (const FunctionSpec& spec : functions) {
    builder.add(spec);
    const AtomIndex source{static_cast<std::uint32_t>(file->atoms.size())};
    file->atoms.push_back(id_of(path + "::" + spec.name));
    std::map<AtomId, std::vector<Site>> targets;
    for (std::uint32_t i = 0; i < spec.calls.size(); ++i) {
      targets[id_of(spec.calls[i])].push_back({i, Confidence::exact, 2});
    }
    for (const auto& [target, sites] : targets) {
      links->edges.push_back({source,
                              Relation::calls,
                              Confidence::exact,
                              target,
                              {static_cast<std::uint32_t>(links->sites.size()),
                               static_cast<std::uint32_t>(sites.size())}});
      links->sites.insert(links->sites.end(), sites.begin(), sites.end());
    }
    for (std::uint32_t i = 0; i < spec.open.size(); ++i) {
      links->open.push_back({source,
                             Relation::calls,
                             OpenReason::global,
                             builder.name(spec.open[i]),
                             0,
                             {static_cast<std::uint32_t>(links->sites.size()), 1}});
      links->sites.push_back(
          {static_cast<std::uint32_t>(spec.calls.size()) + i, Confidence::exact, 0});
    }
    for (const char c : spec.name + spec.signature + spec.doc) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    }
    hash = (hash ^ spec.line ^ spec.body << 32) * 1099511628211u;
  }
  links->depends_on = {1, 42, hash};

  const FileVersionPtr before = files_.contains(path) ? files_[path] : nullptr;
  file->id = before != nullptr ? before->id : FileId{next_file_++};
  file->hash = {hash >> 7, hash};
  file->mtime_ns = static_cast<std::int64_t>(1'700'000'000'000'000'000 + fill);
  file->size = 100 + functions.size();
  file->facts = std::make_shared<const FileFacts>(std::move(builder.facts()));
  file->links = std::move(links);
  FileDelta delta = diff_file(before.get(), file.get(), {[this](AtomId id) { return ended_[id]; }});
  delta.before = before;
  delta.after = files_[path] = file;
  for (const AtomChange& change : delta.atoms) {
    if (change.after == kNone<AtomIndex>) ended_[change.id] = change.version_after;
  }
  return delta;
}

FileDelta HandmadeProject::remove(const std::string& path) {
  const FileVersionPtr before = files_.at(path);
  FileDelta delta = diff_file(before.get(), nullptr, {[this](AtomId id) { return ended_[id]; }});
  delta.before = before;
  for (const AtomChange& change : delta.atoms) ended_[change.id] = change.version_after;
  files_.erase(path);
  return delta;
}

Delta delta_of(std::vector<FileDelta> files) {
  const auto path = [](const FileDelta& file) -> const std::string& {
    return file.after != nullptr ? file.after->path : file.before->path;
  };
  std::sort(files.begin(), files.end(),
            [&](const FileDelta& a, const FileDelta& b) { return path(a) < path(b); });
  return {std::move(files), {}};
}

TransactionInfo at_sequence(std::uint64_t sequence, Cause cause) {
  TransactionInfo info;
  const std::string number = std::to_string(sequence);
  info.id = "00000000-0000-7000-8000-" + std::string(12 - number.size(), '0') + number;
  info.sequence = Sequence{sequence};
  info.cause = cause;
  info.started_ms = static_cast<std::int64_t>(1'700'000'000'000 + sequence);
  info.graph_digest = 0xf000'0000'0000'0000u + sequence;
  return info;
}

std::string describe(const StoredProject& project) {
  std::string text = "sequence " + std::to_string(raw(project.sequence)) + "\n";
  for (const FileVersionPtr& file : project.files) describe_file(*file, text);
  return text;
}

std::string describe(const HandmadeProject& project, std::uint64_t sequence) {
  std::string text = "sequence " + std::to_string(sequence) + "\n";
  for (const auto& [path, file] : project.files()) describe_file(*file, text);
  return text;
}

std::string ask(Reader& reader, const std::string& sql) {
  const Result<Reader::Table> table = reader.sql(sql, 100'000, 60'000);
  if (!table) {
    ADD_FAILURE() << sql << ": " << table.error().message();
    return {};
  }
  std::string text;
  for (const auto& row : table->rows) {
    if (!text.empty()) text += "\n";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) text += "|";
      text += row[i].value_or("NULL");
    }
  }
  return text;
}

void edit_behind_its_back(const std::filesystem::path& database, const std::string& sql) {
  Connection connection(database, Connection::Mode::read_write);
  std::string drops;
  {
    Statement triggers =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'");
    while (triggers.step()) drops += "DROP TRIGGER " + std::string(triggers.text(0)) + ";";
  }
  connection.execute(drops + sql);
}

std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace dg
