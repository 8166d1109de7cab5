#pragma once
/// \file
/// What the tests of snapshots and queries share: handmade files with known edges, for questions
/// that do not depend on linking, and a small project of sources that is parsed and advanced.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "events/dump.h"
#include "graph/snapshot.h"
#include "parser/parse.h"

namespace dg::test {

/// FileFacts written by hand. Atoms are given in source order.
class FactsMaker {
 public:
  FactsMaker() {
    name("");
    facts_.exprs.push_back({});
    facts_.lines = 1000;
    atom("<module>", "<module>", AtomKind::module, kNone<AtomIndex>, {1, 1}, {1000, 1});
  }

  NameId name(const std::string& text) {
    const auto [at, inserted] = names_.emplace(text, static_cast<std::uint32_t>(names_.size()));
    if (inserted) {
      facts_.name_bytes += text;
      facts_.name_ends.push_back(static_cast<std::uint32_t>(facts_.name_bytes.size()));
    }
    return NameId{at->second};
  }

  AtomIndex atom(const std::string& simple, const std::string& qualified, AtomKind kind,
                 AtomIndex parent, Position start, Position end) {
    Atom atom;
    atom.name = name(simple);
    atom.qualified_name = name(qualified);
    atom.kind = kind;
    atom.parent = parent;
    atom.start = atom.name_at = start;
    atom.end = end;
    atom.signature = name(simple + "()");
    facts_.atoms.push_back(atom);
    return AtomIndex{static_cast<std::uint32_t>(facts_.atoms.size() - 1)};
  }
  AtomIndex function(const std::string& simple, std::uint32_t line) {
    return atom(simple, simple, AtomKind::function, AtomIndex{0}, {line, 1}, {line + 5, 2});
  }

  /// A call of a global name by the atom added last. Returns its ordinal.
  std::uint32_t call(const std::string& callee, Position at) {
    Atom& owner = facts_.atoms.back();
    if (owner.references.count == 0) {
      owner.references.begin = static_cast<std::uint32_t>(facts_.references.size());
    }
    Reference reference;
    reference.owner = AtomIndex{static_cast<std::uint32_t>(facts_.atoms.size() - 1)};
    reference.at = at;
    reference.text = name(callee);
    reference.target = ExprIndex{static_cast<std::uint32_t>(facts_.exprs.size())};
    facts_.exprs.push_back({ExprKind::name, kNoIndex, raw(name(callee))});
    facts_.references.push_back(reference);
    return owner.references.count++;
  }

  std::shared_ptr<const FileFacts> make() const { return std::make_shared<FileFacts>(facts_); }

 private:
  FileFacts facts_;
  std::unordered_map<std::string, std::uint32_t> names_;
};

/// A FileVersion whose atoms are numbered from `first_atom` and that has no links yet.
inline std::shared_ptr<FileVersion> make_file(std::uint32_t id, std::string path,
                                              std::uint32_t first_atom,
                                              std::shared_ptr<const FileFacts> facts) {
  auto file = std::make_shared<FileVersion>();
  file->id = FileId{id};
  file->path = std::move(path);
  file->hash = {id, id};
  for (std::uint32_t i = 0; i < facts->atoms.size(); ++i) {
    file->atoms.push_back(AtomId{first_atom + i});
    file->versions.push_back(1);
  }
  file->facts = std::move(facts);
  file->links = std::make_shared<FileLinks>();
  return file;
}

/// Adds an edge with the given site ordinals. Edges must be added in their order.
inline void add_edge(FileVersion& file, AtomIndex source, Relation relation, std::uint32_t target,
                     const std::vector<std::uint32_t>& ordinals,
                     Confidence confidence = Confidence::exact) {
  auto links = std::make_shared<FileLinks>(*file.links);
  const auto begin = static_cast<std::uint32_t>(links->sites.size());
  for (const std::uint32_t ordinal : ordinals) links->sites.push_back({ordinal, confidence, 0});
  links->edges.push_back({source,
                          relation,
                          confidence,
                          AtomId{target},
                          {begin, static_cast<std::uint32_t>(ordinals.size())}});
  file.links = std::move(links);
}

/// A project of sources in memory, advanced step by step.
class Project {
 public:
  explicit Project(unsigned threads = 1) : threads_(threads) {}

  Project& write(const std::string& path, const std::string& text) {
    SourceChange change;
    change.path = path;
    change.hash = {std::hash<std::string>{}(text), text.size()};
    change.size = text.size();
    change.facts = std::make_shared<FileFacts>(parser_.parse(path, text));
    sources_[path] = change;
    pending_.sources.push_back(std::move(change));
    return *this;
  }
  Project& remove(const std::string& path) {
    sources_.erase(path);
    SourceChange change;
    change.path = path;
    pending_.sources.push_back(std::move(change));
    return *this;
  }
  Project& config(const std::string& path, const std::string& content) {
    configs_[path] = {path, content, false};
    pending_.configs.push_back(configs_[path]);
    return *this;
  }
  Project& remove_config(const std::string& path) {
    configs_.erase(path);
    pending_.configs.push_back({path, "", true});
    return *this;
  }

  /// Applies what is pending.
  Advance commit() {
    Advance result = advance(snapshot_, std::exchange(pending_, {}), threads_);
    snapshot_ = result.next;
    return result;
  }

  const SnapshotPtr& snapshot() const { return snapshot_; }

  /// The same final files, indexed at once.
  SnapshotPtr fresh() const {
    ChangeSet changes;
    for (const auto& [path, change] : sources_) changes.sources.push_back(change);
    for (const auto& [path, config] : configs_) changes.configs.push_back(config);
    return advance(empty_snapshot(), std::move(changes), 1).next;
  }

  AtomId id(std::string_view id_text) const {
    const AtomRef atom = snapshot_->atom_with_id(id_text);
    EXPECT_TRUE(atom) << id_text;
    return atom ? atom.id() : kNoAtom;
  }

 private:
  unsigned threads_;
  Parser parser_;
  SnapshotPtr snapshot_ = empty_snapshot();
  ChangeSet pending_;
  std::map<std::string, SourceChange> sources_;
  std::map<std::string, ConfigFile> configs_;
};

inline std::string dump(const Snapshot& snapshot) {
  return dump_project(snapshot.files());
}

/// What can be asked from outside and is kept incrementally, compared with what a scan gives.
void expect_consistent(const Snapshot& snapshot);

}  // namespace dg::test
