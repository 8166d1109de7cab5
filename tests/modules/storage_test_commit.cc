// Commits and what load() gives back: round trips, versions, the log, moves of code, cached facts.

#include <gtest/gtest.h>

#include "parser/extractor_version.h"
#include "tests/modules/storage_test_support.h"

namespace dg {
namespace {

class StorageCommit : public ::testing::Test {
 protected:
  StorageCommit() { open(); }

  void open() {
    store_.reset();
    Result<std::unique_ptr<Store>> opened = Store::open({database(), "options", {}});
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = *std::move(opened);
  }
  std::filesystem::path database() const { return folder_.root() / ".deltagraph/deltagraph.db"; }

  CommitCounts commit(std::vector<FileDelta> files, Cause cause = Cause::file_watcher) {
    const Result<CommitCounts> counts =
        store_->commit(delta_of(std::move(files)), at_sequence(++sequence_, cause));
    if (!counts) {
      ADD_FAILURE() << counts.error().message();
      return {};
    }
    return *counts;
  }
  std::string stored() {
    const Result<StoredProject> project = store_->load();
    return project ? describe(*project) : project.error().message();
  }
  std::string ask(const std::string& sql) {
    Result<std::unique_ptr<Reader>> reader = store_->reader();
    if (!reader) return reader.error().message();
    return dg::ask(**reader, sql);
  }

  bool in_memory_ = use_memory_disk();
  TempProject folder_;
  std::unique_ptr<Store> store_;
  HandmadeProject project_;
  std::uint64_t sequence_ = 0;
};

TEST_F(StorageCommit, AnEmptyDatabaseIsSequenceZero) {
  const Result<StoredProject> project = store_->load();
  ASSERT_TRUE(project) << project.error().message();
  EXPECT_EQ(Sequence{0}, project->sequence);
  EXPECT_TRUE(project->files.empty());
  EXPECT_EQ(AtomId{1}, project->next_atom);
  EXPECT_EQ(FileId{1}, project->next_file);
}

TEST_F(StorageCommit, TheFolderIgnoresItselfInGit) {
  EXPECT_EQ("*\n", folder_.read(".deltagraph/.gitignore"));
}

TEST_F(StorageCommit, WhatIsCommittedIsLoaded) {
  commit({project_.put("src/a.js", {{"pay", 3, "pay(order)", "Pays.", {"src/b.js::ship"}, {"log"}},
                                    {"refund", 9, "refund()", "", {"src/a.js::pay"}, {}}}),
          project_.put("src/b.js", {{"ship", 1, "ship(a, b)", "", {}, {"fetch", "setTimeout"}}})},
         Cause::initial_scan);
  EXPECT_EQ(describe(project_, 1), stored());
  open();
  EXPECT_EQ(describe(project_, 1), stored());
  const Result<StoredProject> read_only = load_project(database());
  ASSERT_TRUE(read_only) << read_only.error().message();
  EXPECT_EQ(describe(project_, 1), describe(*read_only));
}

TEST_F(StorageCommit, ChangesAndRemovalsAreLoaded) {
  commit({project_.put("a.js", {{"f", 1, "f()", "", {"a.js::g"}, {}}, {"g", 5, "g()"}}),
          project_.put("b.js", {{"h", 1, "h()", "", {"a.js::f"}, {}}})});
  commit({project_.put("a.js", {{"g", 2, "g(x)"}}, 7), project_.remove("b.js")});
  EXPECT_EQ(describe(project_, 2), stored());
  const Result<StoredProject> loaded = store_->load();
  ASSERT_TRUE(loaded);
  std::string retired;
  for (const StoredProject::Retired& atom : loaded->retired) {
    retired += atom.id_text + " " + std::to_string(raw(atom.id)) + " v" +
               std::to_string(atom.version) + "\n";
  }
  const auto line = [&](const std::string& id) {
    return id + " " + std::to_string(raw(project_.id_of(id))) + " v2\n";
  };
  EXPECT_EQ(line("a.js::f") + line("b.js::<module>") + line("b.js::h"), retired);
  EXPECT_EQ(FileId{3}, loaded->next_file) << "ids of removed files are not used again";
}

TEST_F(StorageCommit, AnAtomThatComesBackKeepsItsRowAndRaisesItsVersion) {
  commit({project_.put("a.js", {{"f", 1, "f()"}, {"g", 4, "g()"}})});
  commit({project_.put("a.js", {{"g", 4, "g()"}}, 1)});
  commit({project_.put("a.js", {{"f", 1, "f()"}, {"g", 4, "g()"}}, 2)});
  EXPECT_EQ("live|3", ask("SELECT state, version FROM atoms WHERE id = 'a.js::f'"));
  EXPECT_EQ("create|0|1\ndelete|1|2\ncreate|2|3",
            ask("SELECT event_type, previous_version, new_version FROM atom_events e "
                "JOIN atoms a ON a.rowid = e.atom_id WHERE a.id = 'a.js::f' ORDER BY e.id"));
}

TEST_F(StorageCommit, AMovedFunctionGetsNewLinesAndNothingElse) {
  commit({project_.put("a.js", {{"f", 1, "f()", "", {"a.js::g"}, {"x"}}, {"g", 8, "g()"}})});
  const std::string relations = ask("SELECT * FROM atom_relations");
  const CommitCounts counts = commit(
      {project_.put("a.js", {{"f", 11, "f()", "", {"a.js::g"}, {"x"}}, {"g", 18, "g()"}}, 1)});
  EXPECT_EQ(0u, counts.events);
  EXPECT_EQ(relations, ask("SELECT * FROM atom_relations"));
  EXPECT_EQ("11|1\n18|1", ask("SELECT line_start, version FROM atoms WHERE name <> '<module>' "
                              "ORDER BY line_start"));
  EXPECT_EQ("12", ask("SELECT line FROM relations")) << "the line of the call, seen absolutely";
  EXPECT_EQ(describe(project_, 2), stored());
}

TEST_F(StorageCommit, Invariant1_AWrongSequenceIsRefusedAndChangesNothing) {
  commit({project_.put("a.js", {{"f", 1, "f()"}})});
  const std::string before = stored();
  const Delta next = delta_of({project_.put("a.js", {{"f", 1, "f(x)"}}, 1)});
  for (const std::uint64_t wrong : {1u, 3u}) {
    const Result<CommitCounts> counts = store_->commit(next, at_sequence(wrong, Cause::cli));
    if (wrong == 1 && counts) {
      // The same id is the transaction itself, which is there already.
      EXPECT_TRUE(counts->repeated);
    } else {
      ASSERT_FALSE(counts);
      EXPECT_EQ(ErrorKind::conflict, counts.error().kind);
    }
    EXPECT_EQ(before, stored());
  }
  const Result<CommitCounts> right = store_->commit(next, at_sequence(2));
  EXPECT_TRUE(right) << right.error().message();
}

TEST_F(StorageCommit, ARepeatedTransactionHasOneEffect) {
  const Delta delta = delta_of({project_.put("a.js", {{"f", 1, "f()"}})});
  const Result<CommitCounts> first = store_->commit(delta, at_sequence(1));
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->repeated);
  ++sequence_;
  commit({project_.put("b.js", {{"g", 1, "g()"}, {"h", 4, "h()"}})});
  commit({project_.put("b.js", {{"g", 1, "g(x)"}, {"h", 4, "h()"}}, 1)});
  const std::string before = stored();
  for (int i = 0; i < 2; ++i) {
    const Result<CommitCounts> again = store_->commit(delta, at_sequence(1));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_TRUE(again->repeated);
    EXPECT_EQ(first->rows_written, again->rows_written);
    EXPECT_EQ(first->events, again->events);
    EXPECT_EQ(first->committed_ms, again->committed_ms);
  }
  EXPECT_EQ(before, stored());
  EXPECT_EQ("3", ask("SELECT count(*) FROM transactions"));
}

TEST_F(StorageCommit, WithoutAnIdEachTransactionGetsItsOwnInOrder) {
  for (int i = 0; i < 50; ++i) {
    TransactionInfo info = at_sequence(++sequence_);
    info.id.clear();
    const auto fill = static_cast<std::uint64_t>(i);
    ASSERT_TRUE(store_->commit(delta_of({project_.put("a.js", {{"f", 1, "f()"}}, fill)}), info));
  }
  EXPECT_EQ("50|1", ask("SELECT count(DISTINCT id), (SELECT count(*) = 0 FROM transactions a JOIN "
                        "transactions b ON b.sequence = a.sequence + 1 AND b.id <= a.id) "
                        "FROM transactions"))
      << "many of them in the same millisecond";
}

TEST_F(StorageCommit, TheReachOfAChangeIsStoredAsNumberAndShare) {
  Delta delta = delta_of({project_.put("a.js", {{"f", 1, "f()"}, {"g", 4, "g()"}})});
  TransactionInfo info = at_sequence(1);
  info.impacts = {{project_.id_of("a.js::f"), 3}};
  info.live_atoms = 12;
  ASSERT_TRUE(store_->commit(delta, info));
  EXPECT_EQ("a.js::<module>|NULL|NULL\na.js::f|3|0.25\na.js::g|NULL|NULL",
            ask("SELECT a.id, impact, impact_score FROM atom_events e JOIN atoms a "
                "ON a.rowid = e.atom_id ORDER BY a.id"));
}

TEST_F(StorageCommit, AStaleVersionIsAConflictAndNothingIsWritten) {
  commit({project_.put("a.js", {{"f", 1, "f()"}})});
  Delta stale = delta_of({project_.put("a.js", {{"f", 1, "f(x)"}}, 1)});
  ASSERT_EQ(1u, stale.files[0].atoms.size());
  stale.files[0].atoms[0].version_before = 5;
  stale.files[0].atoms[0].version_after = 6;
  const std::string before = stored();
  const Result<CommitCounts> counts = store_->commit(stale, at_sequence(2));
  ASSERT_FALSE(counts);
  EXPECT_EQ(ErrorKind::conflict, counts.error().kind);
  EXPECT_EQ(before, stored());
  EXPECT_EQ("1", ask("SELECT count(*) FROM transactions"));
}

/// Somebody else's commit raised a row's version: each kind of change that starts from the old one
/// is refused whole.
TEST_F(StorageCommit, AnUpdateOfARowThatSomebodyElseWroteIsRefused) {
  commit({project_.put("a.js", {{"f", 1, "f()"}}), project_.put("b.js", {{"g", 1, "g()"}})});
  edit_behind_its_back(database(), "UPDATE atoms SET version = 2 WHERE id = 'a.js::f'");
  const std::string before = stored();
  const std::vector<FileDelta> updates = {project_.put("b.js", {{"g", 1, "g(x)"}}, 1),
                                          project_.put("a.js", {{"f", 1, "f(x)"}}, 1)};
  const Result<CommitCounts> counts = store_->commit(delta_of(updates), at_sequence(2));
  ASSERT_FALSE(counts);
  EXPECT_EQ(ErrorKind::conflict, counts.error().kind);
  EXPECT_NE(std::string::npos, counts.error().message().find("not at version 1"));
  EXPECT_EQ(before, stored());
  EXPECT_EQ("a.js::f|f()|2", ask("SELECT id, name || '()', version FROM atoms WHERE name = 'f'"));
  EXPECT_EQ("1|4", ask("SELECT count(*), (SELECT count(*) FROM atom_events) FROM transactions"));
}

TEST_F(StorageCommit, ADeleteOfARowThatSomebodyElseWroteIsRefused) {
  commit({project_.put("a.js", {{"f", 1, "f()"}}), project_.put("b.js", {{"g", 1, "g()"}})});
  edit_behind_its_back(database(), "UPDATE atoms SET version = 2 WHERE id = 'a.js::f'");
  const std::string before = stored();
  const Result<CommitCounts> counts = store_->commit(
      delta_of({project_.put("b.js", {{"g", 1, "g(x)"}}, 1), project_.remove("a.js")}),
      at_sequence(2));
  ASSERT_FALSE(counts);
  EXPECT_EQ(ErrorKind::conflict, counts.error().kind);
  EXPECT_EQ(before, stored());
  EXPECT_EQ("live", ask("SELECT state FROM atoms WHERE id = 'a.js::f'"));
}

TEST_F(StorageCommit, ARenameOfARowThatSomebodyElseWroteIsRefused) {
  for (const bool somebody_wrote : {false, true}) {
    SCOPED_TRACE(somebody_wrote);
    const std::string name = somebody_wrote ? "h" : "f";
    commit({project_.put("a.js", {{name, 1, name + "()"}})});
    if (somebody_wrote)
      edit_behind_its_back(database(), "UPDATE atoms SET version = version + 1 WHERE name = 'h'");
    const std::string before = stored();
    const std::string other = somebody_wrote ? "k" : "g";
    project_.rename("a.js::" + name, "a.js::" + other);
    const Delta renamed = delta_of({project_.put("a.js", {{other, 1, other + "()"}})});
    ASSERT_EQ(1u, count(renamed).renamed);
    if (!somebody_wrote) {
      commit(renamed.files);
      EXPECT_EQ("a.js::g|2", ask("SELECT id, version FROM atoms WHERE name = 'g'"));
      continue;
    }
    const Result<CommitCounts> counts = store_->commit(renamed, at_sequence(4));
    ASSERT_FALSE(counts);
    EXPECT_EQ(ErrorKind::conflict, counts.error().kind);
    EXPECT_EQ(before, stored());
    EXPECT_EQ("a.js::h", ask("SELECT id FROM atoms WHERE name = 'h'")) << "its id is given back";
  }
}

/// The delta of a move, made of what looks like an end here and a beginning there.
Delta moved(FileDelta from, FileDelta to) {
  const AtomChange gone = from.atoms.at(0);
  from.atoms.clear();
  AtomChange& change = to.atoms.at(0);
  change.operation = Operation::move;
  change.before = gone.before;
  change.from = from.before;
  change.version_before = gone.version_before;
  change.version_after = gone.version_before + 1;
  auto after = std::make_shared<FileVersion>(*to.after);
  after->versions[raw(change.after)] = change.version_after;
  to.after = std::move(after);
  return delta_of({std::move(from), std::move(to)});
}

TEST_F(StorageCommit, AMoveOfARowThatSomebodyElseWroteIsRefused) {
  for (const bool somebody_wrote : {false, true}) {
    SCOPED_TRACE(somebody_wrote);
    const std::string name = somebody_wrote ? "h" : "f";
    const std::string from = somebody_wrote ? "c.js" : "a.js";
    const std::string to = somebody_wrote ? "d.js" : "b.js";
    commit({project_.put(from, {{name, 1, name + "()"}}), project_.put(to, {})});
    if (somebody_wrote)
      edit_behind_its_back(database(), "UPDATE atoms SET version = version + 1 WHERE name = 'h'");
    const std::string before = stored();
    project_.rename(from + "::" + name, to + "::" + name);
    const FileDelta coming = project_.put(to, {{name, 1, name + "()"}});
    const Delta delta = moved(project_.put(from, {}), coming);
    ASSERT_EQ(1u, count(delta).moved);
    if (!somebody_wrote) {
      commit(delta.files);
      EXPECT_EQ("b.js::f|b.js|2", ask("SELECT id, file_path, version FROM atoms WHERE name = 'f'"));
      continue;
    }
    const Result<CommitCounts> counts = store_->commit(delta, at_sequence(4));
    ASSERT_FALSE(counts);
    EXPECT_EQ(ErrorKind::conflict, counts.error().kind);
    EXPECT_EQ(before, stored());
    EXPECT_EQ("c.js::h|c.js", ask("SELECT id, file_path FROM atoms WHERE name = 'h'"));
  }
}

TEST_F(StorageCommit, CreatingWhatExistsIsAConflict) {
  commit({project_.put("a.js", {{"f", 1, "f()"}})});
  HandmadeProject other;
  other.id_of("a.js::<module>");
  const Result<CommitCounts> counts =
      store_->commit(delta_of({other.put("a.js", {{"f", 1, "f()"}})}), at_sequence(2));
  ASSERT_FALSE(counts);
  EXPECT_EQ(ErrorKind::conflict, counts.error().kind);
}

TEST_F(StorageCommit, RelationsFollowTheLinks) {
  commit({project_.put("a.js", {{"f", 1, "f()", "", {"a.js::g", "a.js::g", "a.js::h"}, {}},
                                {"g", 8, "g()"},
                                {"h", 12, "h()"}})});
  const char* query =
      "SELECT source_id, relation_type, target_id, weight, line FROM relations ORDER BY 3";
  EXPECT_EQ("a.js::f|calls|a.js::g|2.0|2\na.js::f|calls|a.js::h|1.0|4", ask(query));
  commit({project_.put(
      "a.js", {{"f", 1, "f()", "", {"a.js::g"}, {"gone"}, 2}, {"g", 8, "g()"}, {"h", 12, "h()"}})});
  EXPECT_EQ("a.js::f|calls|a.js::g|1.0|2", ask(query));
  EXPECT_EQ("a.js::f|gone|global", ask("SELECT source_id, text, reason FROM unresolved"));
  EXPECT_EQ("a.js::f|a.js::g", ask("SELECT caller_id, callee_id FROM call_graph"));
  EXPECT_EQ("0|1\n1|0\n0|0\n0|0", ask("SELECT in_degree, out_degree FROM atom_degrees "
                                      "WHERE id NOT LIKE '%module%' UNION ALL "
                                      "SELECT in_degree, out_degree FROM atom_degrees "
                                      "WHERE id LIKE '%module%'"));
}

TEST_F(StorageCommit, EventsAreNeverChangedNorDeleted) {
  commit({project_.put("a.js", {{"f", 1, "f()"}})});
  store_.reset();
  Result<std::unique_ptr<Reader>> reader = open_reader(database());
  ASSERT_TRUE(reader);
  EXPECT_EQ("10", dg::ask(**reader, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"));
}

TEST_F(StorageCommit, TheTransactionRowTellsWhatHappened) {
  commit({project_.put("a.js", {{"f", 1, "f()"}, {"g", 3, "g()"}})}, Cause::initial_scan);
  commit({project_.put("a.js", {{"f", 1, "f(x)"}}, 1)}, Cause::atomic_edit);
  EXPECT_EQ("1|initial-scan|1|3|0|0|3\n2|atomic-edit|1|0|1|1|2",
            ask("SELECT sequence, cause, files, atoms_created, atoms_updated, atoms_deleted, "
                "events FROM transactions"));
  EXPECT_EQ("36|7", ask("SELECT length(id), substr(id, 15, 1) FROM transactions LIMIT 1"));
  EXPECT_EQ("[\"signature\"]", ask("SELECT changed_fields FROM atom_events "
                                   "WHERE event_type = 'update'"));
}

TEST_F(StorageCommit, FactsOfAFormerVersionAreKept) {
  commit({project_.put("a.js", {{"f", 1, "f()"}})});
  const ContentHash first = project_.files().at("a.js")->hash;
  commit({project_.put("a.js", {{"f", 1, "f(x)"}}, 1)});
  const std::shared_ptr<const FileFacts> facts = store_->cached_facts(first, Language::javascript);
  ASSERT_NE(nullptr, facts);
  EXPECT_EQ("f()", facts->name(facts->atoms[1].signature));
  EXPECT_EQ(nullptr, store_->cached_facts(first, Language::tsx));
  EXPECT_EQ(nullptr, store_->cached_facts({1, 2}, Language::javascript));
  EXPECT_EQ("1", ask("SELECT count(*) FROM cache_unused"));
  commit({project_.put("a.js", {{"f", 1, "f()"}})});
  EXPECT_EQ(first, project_.files().at("a.js")->hash);
  EXPECT_EQ("2|1", ask("SELECT (SELECT count(*) FROM cache_entries), "
                       "(SELECT count(*) FROM cache_unused)"));
}

TEST_F(StorageCommit, FactsOfOtherOptionsAreNotFound) {
  commit({project_.put("a.js", {{"f", 1, "f()"}})});
  store_.reset();
  Result<std::unique_ptr<Store>> other = Store::open({database(), "other", {}});
  ASSERT_TRUE(other);
  EXPECT_EQ(nullptr,
            (*other)->cached_facts(project_.files().at("a.js")->hash, Language::javascript));
  const Result<StoredProject> loaded = (*other)->load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ("options", loaded->options) << "the ones it was written with";
  EXPECT_EQ(kExtractorVersion, loaded->extractor_version);
}

TEST_F(StorageCommit, FilesOfEqualContentShareTheirFacts) {
  commit({project_.put("a.js", {{"f", 1, "f()"}}), project_.put("b.js", {{"f", 1, "f()"}})});
  EXPECT_EQ("1", ask("SELECT count(*) FROM cache_entries"));
  commit({project_.remove("a.js")});
  EXPECT_EQ("0", ask("SELECT count(*) FROM cache_unused"));
  EXPECT_EQ(describe(project_, 2), stored());
  commit({project_.remove("b.js")});
  EXPECT_EQ("1", ask("SELECT count(*) FROM cache_unused"));
}

TEST_F(StorageCommit, ATouchedFileHasItsNewTime) {
  commit({project_.put("a.js", {{"f", 1, "f()"}})});
  ASSERT_TRUE(store_->touch(FileId{1}, 42, 7));
  const Result<StoredProject> loaded = store_->load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(42, loaded->files[0]->mtime_ns);
  EXPECT_EQ(7u, loaded->files[0]->size);
}

TEST_F(StorageCommit, ConfigurationFilesAreStored) {
  Delta delta;
  delta.configs = {{"package.json", "{\"name\":\"x\"}", false}, {"tsconfig.json", "{}", false}};
  ASSERT_TRUE(store_->commit(delta, at_sequence(1)));
  delta.configs = {{"package.json", "{}", false}, {"tsconfig.json", "", true}};
  ASSERT_TRUE(store_->commit(delta, at_sequence(2)));
  const Result<StoredProject> loaded = store_->load();
  ASSERT_TRUE(loaded);
  ASSERT_EQ(1u, loaded->configs.size());
  EXPECT_EQ("package.json", loaded->configs[0].path);
  EXPECT_EQ("{}", loaded->configs[0].content);
}

TEST_F(StorageCommit, ABulkyFirstCommitIsCompleteAndIndexed) {
  std::vector<FileDelta> files;
  for (int f = 0; f < 300; ++f) {
    std::vector<FunctionSpec> functions;
    for (std::uint32_t i = 0; i < 10; ++i) {
      functions.push_back({"function" + std::to_string(i),
                           i * 5 + 1,
                           "f()",
                           "doc",
                           {"f" + std::to_string((f * 7 + 3) % 300) + ".js::function" +
                            std::to_string((i * 3) % 10)},
                           {"log"},
                           i});
    }
    files.push_back(project_.put("f" + std::to_string(f) + ".js", functions));
  }
  commit(std::move(files), Cause::initial_scan);
  EXPECT_EQ(describe(project_, 1), stored());
  open();
  EXPECT_EQ(describe(project_, 1), stored());
  const Result<std::string> integrity = store_->integrity();
  ASSERT_TRUE(integrity);
  EXPECT_EQ("ok", *integrity);
  EXPECT_EQ("3300|3000|3000", ask("SELECT (SELECT count(*) FROM atoms), (SELECT count(*) FROM "
                                  "atom_relations), (SELECT count(*) FROM unresolved_references)"));
}

TEST_F(StorageCommit, NamesMayHoldAnything) {
  // Names in facts are UTF-8 always; a path is whatever bytes the disk has.
  const std::string odd("a\0b'\"\xf0\x9f\x9a\x80", 9);
  commit({project_.put("we\xff'ird \"dir\"/a.js", {{odd, 1, odd, odd, {}, {odd}}})});
  EXPECT_EQ(describe(project_, 1), stored());
  EXPECT_EQ("1", ask("SELECT json_valid(signature_json) FROM atoms WHERE signature_json NOT NULL"));
}

}  // namespace
}  // namespace dg
