// The graph delta between two snapshots, however many commits lie between them.

#include <gtest/gtest.h>

#include "events/names.h"
#include "graph/compare.h"
#include "graph/cycles.h"
#include "tests/modules/graph_test_snapshot_support.h"

namespace dg {
namespace {

using test::Project;
using Lines = std::vector<std::string>;

std::string text(const AtomRef& atom) {
  return atom ? atom_id_text(*atom.file, atom.index) : "?";
}

/// A difference as lines, so that a failure shows all of it.
class Shown {
 public:
  Shown(SnapshotPtr from, SnapshotPtr to)
      : from_(std::move(from)), to_(std::move(to)), difference_(compare(from_, to_)) {}

  const GraphDifference& operator*() const { return difference_; }
  Lines atoms() const {
    Lines lines;
    for (const AtomDifference& atom : difference_.atoms) {
      std::string line = std::string(to_string(atom.operation)) + " " + id(atom.id);
      if (atom.changed != 0) line += " " + fields_json(atom.changed);
      lines.push_back(line);
    }
    return lines;
  }
  Lines edges() const {
    Lines lines;
    for (const bool gained : {true, false}) {
      for (const RelationChange& edge : gained ? difference_.gained : difference_.lost) {
        if (edge.relation == Relation::contains) continue;
        lines.push_back((gained ? "+ " : "- ") + std::string(to_string(edge.relation)) + " " +
                        id(edge.source) + " " + id(edge.target));
      }
    }
    return lines;
  }
  Lines broken() const { return references(difference_.broken); }
  Lines fixed() const { return references(difference_.fixed); }
  template <typename Ids>
  Lines cycles(const std::vector<Ids>& cycles) const {
    Lines lines;
    for (const Ids& cycle : cycles) {
      std::string line;
      for (const auto member : cycle) line += (line.empty() ? "" : " ") + name(member);
      lines.push_back(line);
    }
    return lines;
  }

 private:
  std::string id(AtomId atom) const {
    const AtomRef now = to_->atom(atom);
    return text(now ? now : from_->atom(atom));
  }
  std::string name(AtomId atom) const { return id(atom); }
  std::string name(FileId file) const {
    const FileVersionPtr now = to_->file(file);
    return (now ? now : from_->file(file))->path;
  }
  Lines references(const std::vector<ReferenceDifference>& list) const {
    Lines lines;
    for (const ReferenceDifference& each : list) {
      lines.push_back(id(each.source) + ":" + std::to_string(each.at.line) + ":" +
                      std::to_string(each.at.col) + " " + std::string(to_string(each.relation)) +
                      " " + each.text + " " + std::string(to_string(each.reason)) + " " +
                      (each.target == kNoAtom ? "?" : id(each.target)));
    }
    return lines;
  }

  SnapshotPtr from_, to_;
  GraphDifference difference_;
};

TEST(Compare, ASnapshotWithItselfOrAShiftOfItIsNothing) {
  Project project;
  project.write("a.js", "export function pay() { return 1; }\n").commit();
  const SnapshotPtr before = project.snapshot();
  EXPECT_TRUE((*Shown(before, before)).files.empty());
  project.write("a.js", "// moved\n\n\nexport function pay() { return 1; }\n").commit();
  const Shown moved(before, project.snapshot());
  EXPECT_EQ(moved.atoms(), Lines{});
  EXPECT_TRUE((*moved).files.empty());
}

TEST(Compare, AtomsAndEdgesOfManyCommitsAreOneDelta) {
  Project project;
  project.write("a.js", "export function pay() {}\nexport function gone() {}\n")
      .write("b.js", "import { pay } from './a.js';\nexport function checkout() { pay(); }\n")
      .commit();
  const SnapshotPtr before = project.snapshot();
  project.write("a.js", "export function pay(x) {}\n").commit();
  project.write("c.js", "import { pay } from './a.js';\nexport function c() { pay(); }\n").commit();
  project.write("b.js", "export function checkout() {}\n").commit();
  const Shown there(before, project.snapshot());
  EXPECT_EQ(there.atoms(),
            (Lines{"update a.js::<module> [\"body\"]", "update a.js::pay [\"signature\",\"body\"]",
                   "delete a.js::gone", "update b.js::<module> [\"body\"]",
                   "update b.js::checkout [\"body\"]", "create c.js::<module>", "create c.js::c"}));
  EXPECT_EQ(there.edges(),
            (Lines{"+ imports c.js::<module> a.js::<module>", "+ calls c.js::c a.js::pay",
                   "- imports b.js::<module> a.js::<module>", "- calls b.js::checkout a.js::pay"}));
  EXPECT_EQ(there.broken(), Lines{}) << "a call that was taken out is not broken";
  const Shown back(project.snapshot(), before);
  EXPECT_EQ((*back).gained.size(), (*there).lost.size());
  EXPECT_EQ((*back).lost.size(), (*there).gained.size());
  ASSERT_EQ((*there).files.size(), 3u);
  EXPECT_EQ((*there).files[0].deleted, 1u);
  EXPECT_EQ((*there).files[0].updated, 2u);
  EXPECT_EQ((*there).files[2].created, 2u);
  EXPECT_FALSE((*there).files[2].before);
}

TEST(Compare, CallersThatLoseTheirTargetAreBrokenAndThoseThatFindItAreFixed) {
  Project project;
  project.write("a.js", "export function pay() {}\n")
      .write("b.js",
             "import { pay } from './a.js';\nimport fs from 'fs';\n"
             "export function checkout() { pay(); fs.read(); nowhere(); }\n")
      .write("c.js", "import './a.js';\n")
      .commit();
  const SnapshotPtr before = project.snapshot();
  project.write("a.js", "export function settle() { return 'other'; }\n").commit();
  const SnapshotPtr without = project.snapshot();
  const Shown broken(before, without);
  EXPECT_EQ(broken.broken(), Lines{"b.js::checkout:3:30 calls pay not_found a.js::pay"});
  EXPECT_EQ(broken.fixed(), Lines{});
  const Shown fixed(without, before);
  EXPECT_EQ(fixed.broken(), Lines{});
  EXPECT_EQ(fixed.fixed(), Lines{"b.js::checkout:3:30 calls pay not_found a.js::pay"});
  project.remove("a.js").commit();
  const Shown gone(without, project.snapshot());
  EXPECT_EQ(gone.broken(), (Lines{"b.js::<module>:1:1 imports ./a.js no_module a.js::<module>",
                                  "c.js::<module>:1:1 imports ./a.js no_module a.js::<module>"}));
}

TEST(Compare, AReferenceThatLeadsOutOfTheProjectNowIsNotBroken) {
  Project project;
  project.write("a.js", "export function pay() {}\n")
      .write("b.js", "import { pay } from './a.js';\nexport function checkout() { pay(); }\n")
      .commit();
  const SnapshotPtr before = project.snapshot();
  project.write("b.js", "import { pay } from 'bank';\nexport function checkout() { pay(); }\n");
  project.commit();
  EXPECT_EQ(Shown(before, project.snapshot()).broken(), Lines{});
}

TEST(Compare, AFileThatWasAwayInBetweenIsTheSame) {
  Project project;
  const std::string a = "import { b } from './b.js';\nexport function a() { b(); }\n";
  project.write("a.js", a)
      .write("b.js", "import { a } from './a.js';\nexport function b() { a(); }\n")
      .commit();
  const SnapshotPtr before = project.snapshot();
  project.remove("a.js").commit();
  project.write("a.js", a).commit();
  const Shown same(before, project.snapshot());
  EXPECT_EQ(same.atoms(), Lines{});
  EXPECT_EQ(same.edges(), Lines{});
  EXPECT_TRUE((*same).files.empty());
  EXPECT_EQ(same.cycles((*same).new_import_cycles), Lines{});
  EXPECT_EQ(same.cycles((*same).gone_import_cycles), Lines{});
}

/// Moved away and back, but so that both places had it for one commit: it is another atom now, and
/// the graph is the same.
TEST(Compare, AnAtomThatCameBackUnderAnotherIdIsTheSame) {
  Project project;
  const std::string pay = "export function pay(order) { return order.total * 2 + order.fee; }\n";
  const std::string caller = "export function checkout(order) { return pay(order); }\n";
  const auto with_caller_of = [&](const std::string& file) {
    return "import { pay } from './" + file + "';\n" + caller;
  };
  project.write("a.js", pay).write("b.js", with_caller_of("a.js")).commit();
  const SnapshotPtr before = project.snapshot();
  project.write("a.js", "").write("c.js", pay).write("b.js", with_caller_of("c.js")).commit();
  project.write("a.js", pay).commit();
  project.remove("c.js").write("b.js", with_caller_of("a.js")).commit();
  const SnapshotPtr after = project.snapshot();
  ASSERT_NE(before->atom_with_id("a.js::pay").id(), after->atom_with_id("a.js::pay").id());
  const Shown same(before, after);
  EXPECT_EQ(same.atoms(), Lines{});
  EXPECT_EQ(same.edges(), Lines{});
  EXPECT_TRUE((*same).files.empty());
  const Shown backwards(after, before);
  EXPECT_TRUE((*backwards).files.empty());
}

/// What an outside class may have is not known: that the reference leads there by inheritance now
/// is no answer to who called the member that is gone.
TEST(Compare, ACallThatLosesItsMemberToAnOutsideBaseIsBroken) {
  Project project;
  const auto job = [](const std::string& name) {
    return "import { EventEmitter } from 'events';\n"
           "export class Job extends EventEmitter {\n  " +
           name + "(x) { return x; }\n  run(x) { return this.prepare(x) + 1; }\n}\n";
  };
  project.write("job.js", job("prepare"))
      .write("go.js",
             "import { Job } from './job.js';\n"
             "export function go() { const j = new Job(); j.prepare(3); j.emit('x'); }\n")
      .commit();
  const SnapshotPtr before = project.snapshot();
  project.write("job.js", job("ready")).commit();
  const Shown shown(before, project.snapshot());
  EXPECT_EQ(shown.broken(),
            (Lines{"go.js::go:2:47 calls j.prepare external job.js::Job.prepare",
                   "job.js::Job.run:4:24 calls this.prepare external job.js::Job.prepare"}));
  EXPECT_EQ(Shown(project.snapshot(), before).fixed().size(), 2u);
}

TEST(Compare, NewAndGoneCycles) {
  Project project;
  project.write("a.js", "import { b } from './b.js';\nexport function a() { b(); }\n")
      .write("b.js", "export function b() {}\n")
      .commit();
  const SnapshotPtr before = project.snapshot();
  EXPECT_TRUE(call_cycles(before).empty());
  project.write("b.js", "import { a } from './a.js';\nexport function b() { a(); }\n").commit();
  const SnapshotPtr after = project.snapshot();
  const Shown there(before, after);
  EXPECT_EQ(there.cycles((*there).new_call_cycles), Lines{"a.js::a b.js::b"});
  EXPECT_EQ(there.cycles((*there).new_import_cycles), Lines{"a.js b.js"});
  EXPECT_TRUE((*there).gone_call_cycles.empty());
  const Shown back(after, before);
  EXPECT_EQ(back.cycles((*back).gone_call_cycles), Lines{"a.js::a b.js::b"});
  EXPECT_EQ(back.cycles((*back).gone_import_cycles), Lines{"a.js b.js"});
  // A function that calls itself is no cycle of more than one, and a cycle that stays is not news.
  project.write("c.js", "export function c() { c(); }\n").commit();
  const Shown same(after, project.snapshot());
  EXPECT_TRUE((*same).new_call_cycles.empty());
  EXPECT_TRUE((*same).gone_call_cycles.empty());
}

TEST(Compare, ACycleThatGrowsIsNewAndOneThatShrinksIsGone) {
  using Cycles = std::vector<std::vector<AtomId>>;
  const AtomId a{1}, b{2}, c{3}, d{4};
  EXPECT_EQ(cycles_gained(Cycles{{a, b}}, Cycles{{a, b, c}}), (Cycles{{a, b, c}}));
  EXPECT_EQ(cycles_gained(Cycles{{a, b, c}}, Cycles{{a, b}}), Cycles{});
  EXPECT_EQ(cycles_gained(Cycles{{a, b}, {c, d}}, Cycles{{a, b, c, d}}), (Cycles{{a, b, c, d}}));
  EXPECT_EQ(cycles_gained(Cycles{{a, b}, {c, d}}, Cycles{{a, b}, {c, d}}), Cycles{});
}

}  // namespace
}  // namespace dg
