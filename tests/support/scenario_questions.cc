#include "tests/support/scenario_questions.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "events/names.h"
#include "graph/queries/options.h"
#include "tests/support/past.h"
#include "tests/support/scenario_truth.h"

namespace dg {
namespace {

using Lines = std::vector<std::string>;

std::string place(Position at) {
  return std::to_string(at.line) + ":" + std::to_string(at.col);
}

std::string id_text(const AtomRef& atom) {
  return atom_id_text(*atom.file, atom.index);
}

/// ` 2:30,4:1`; a site without a place is left out.
std::string places(const FileVersion& file, AtomIndex source, Range sites) {
  std::string text;
  const Atom& atom = file.facts->atoms[raw(source)];
  for (std::uint32_t i = 0; i < sites.count; ++i) {
    const Site& site = file.links->sites[sites.begin + i];
    if (site.ordinal == kNoOrdinal) continue;
    text += text.empty() ? " " : ",";
    text += place(file.facts->references[atom.references.begin + site.ordinal].at);
  }
  return text;
}

std::string confidence(Confidence value) {
  return value == Confidence::exact ? "" : " " + std::string(to_string(value));
}

AtomRef atom_of(const Snapshot& snapshot, const std::string& id) {
  const AtomRef atom = snapshot.atom_with_id(id);
  if (!atom) throw std::runtime_error("there is no atom " + id);
  return atom;
}

FileVersionPtr file_of(const Snapshot& snapshot, const std::string& path) {
  FileVersionPtr file = snapshot.file_at(path);
  if (file == nullptr) throw std::runtime_error("there is no file " + path);
  return file;
}

EdgeFilter containment() {
  return {{Relation::contains}};
}
EdgeFilter uses() {
  EdgeFilter filter{{}};
  for (unsigned r = 0; r < kRelationCount; ++r) {
    if (static_cast<Relation>(r) != Relation::contains)
      filter.relations.add(static_cast<Relation>(r));
  }
  return filter;
}

Lines outgoing(const Snapshot& snapshot, const std::string& id, const EdgeFilter& filter) {
  const AtomRef source = atom_of(snapshot, id);
  Lines lines;
  for (const Edge& edge : snapshot.edges(source.id())) {
    if (!filter.has(snapshot, edge.target, edge.relation, edge.confidence)) continue;
    lines.push_back(std::string(to_string(edge.relation)) + " " +
                    id_text(snapshot.atom(edge.target)) +
                    places(*source.file, source.index, edge.sites) + confidence(edge.confidence));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Lines incoming(const Snapshot& snapshot, const std::string& id, const EdgeFilter& filter) {
  const AtomRef target = atom_of(snapshot, id);
  Lines lines;
  for (const InEdge& in : snapshot.incoming(target.id())) {
    if (!filter.has(snapshot, target.id(), in.relation, in.confidence)) continue;
    const AtomRef source = snapshot.atom(in.source);
    for (const Edge& edge : snapshot.edges(in.source)) {
      if (edge.relation != in.relation || edge.target != target.id()) continue;
      lines.push_back(std::string(to_string(edge.relation)) + " " + id_text(source) +
                      places(*source.file, source.index, edge.sites) + confidence(edge.confidence));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string reason(OpenReason value, std::string_view detail) {
  std::string text(to_string(value));
  return detail.empty() ? text : text.append(":").append(detail);
}

void open_of(const AtomRef& source, std::span<const OpenReference> open, Lines& lines) {
  for (const OpenReference& reference : open) {
    lines.push_back(std::string(source.qualified_name()) + " " +
                    std::string(to_string(reference.relation)) + " " +
                    std::string(source.text(reference.text)) + " " +
                    reason(reference.reason, source.file->links->details[reference.detail]) +
                    places(*source.file, source.index, reference.sites));
  }
}

Lines open(const Snapshot& snapshot, const std::string& what) {
  Lines lines;
  if (const FileVersionPtr file = snapshot.file_at(what)) {
    for (const AtomId id : file->atoms) open_of(snapshot.atom(id), snapshot.open(id), lines);
  } else {
    const AtomRef atom = atom_of(snapshot, what);
    open_of(atom, snapshot.open(atom.id()), lines);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

template <typename Text>
Lines each_atom(const Snapshot& snapshot, const std::string& path, Text text) {
  const FileVersionPtr file = file_of(snapshot, path);
  Lines lines;
  for (std::size_t i = 0; i < file->atoms.size(); ++i) {
    const Atom& atom = file->facts->atoms[i];
    lines.push_back(std::string(file->facts->name(atom.qualified_name)) + " " +
                    text(*file, atom, i));
  }
  return lines;
}

std::string kind(const FileVersion&, const Atom& atom, std::size_t) {
  std::string text(to_string(atom.kind));
  if (atom.form != FunctionForm::none) text.append(" ").append(to_string(atom.form));
  for (const auto& [set, name] : {std::pair(atom.exported, " exported"),
                                  {atom.is_async, " async"},
                                  {atom.is_static, " static"},
                                  {atom.ambient, " ambient"}}) {
    if (set) text += name;
  }
  return text;
}

Lines files(const Snapshot& snapshot) {
  Lines lines;
  for (const FileVersionPtr& file : snapshot.files()) {
    const FileFacts& facts = *file->facts;
    std::string line = file->path + " " + std::string(to_string(facts.language));
    line += " lines " + std::to_string(facts.lines);
    if (facts.skipped != SkipReason::none)
      line += " skipped " + std::string(to_string(facts.skipped));
    if (facts.problem_count > 0) line += " problems " + std::to_string(facts.problem_count);
    lines.push_back(std::move(line));
  }
  return lines;
}

Lines problems(const Snapshot& snapshot, const std::string& path) {
  Lines lines;
  const FileVersionPtr file = file_of(snapshot, path);
  for (const Problem& problem : file->facts->problems) {
    lines.push_back(std::string(to_string(problem.kind)) + " " + place(problem.at));
  }
  return lines;
}

std::string field_words(FieldSet fields) {
  std::string text;
  for (unsigned bit = 0; bit < 16; ++bit) {
    if ((fields >> bit & 1u) == 0) continue;
    text.append(" ").append(to_string(static_cast<Field>(1u << bit)));
  }
  return text;
}

/// Ids of both sides of a delta; a lost edge's target may be gone.
class BothSides {
 public:
  explicit BothSides(const Outcome& outcome) : outcome_(outcome) {}
  std::string operator()(AtomId id) const {
    const AtomRef now = outcome_.after->atom(id);
    return id_text(now ? now : outcome_.before->atom(id));
  }

 private:
  const Outcome& outcome_;
};

void delta_of(const FileDelta& file, const BothSides& id, Lines& lines) {
  if (file.before == nullptr) lines.push_back("+ file " + file.after->path);
  if (file.after == nullptr) lines.push_back("- file " + file.before->path);
  if (file.moved_only) lines.push_back("= " + file.after->path);
  for (const AtomChange& change : file.atoms) {
    const char* sign = change.operation == Operation::create    ? "+ "
                       : change.operation == Operation::delete_ ? "- "
                                                                : "~ ";
    std::string line = sign + id(change.id) + field_words(change.changed);
    if (change.operation == Operation::rename || change.operation == Operation::move) {
      line += " (was " + atom_id_text(*file.before_of(change), change.before) + ")";
    }
    lines.push_back(std::move(line));
  }
  const auto relations = [&](const char* sign, const std::vector<RelationChange>& changes) {
    for (const RelationChange& change : changes) {
      if (change.relation == Relation::contains) continue;
      lines.push_back(sign + std::string(to_string(change.relation)) + " " + id(change.source) +
                      " -> " + id(change.target) + confidence(change.confidence));
    }
  };
  const auto opens = [&](const char* sign, const std::vector<OpenChange>& changes) {
    for (const OpenChange& change : changes) {
      lines.push_back(sign + std::string("open ") + id(change.source) + " " +
                      std::string(to_string(change.relation)) + " " + change.text + " " +
                      reason(change.reason, change.detail));
    }
  };
  relations("- ", file.lost);
  relations("+ ", file.gained);
  opens("- ", file.closed);
  opens("+ ", file.opened);
}

Lines delta(const Outcome& outcome) {
  Lines lines;
  const BothSides id(outcome);
  for (const FileDelta& file : outcome.delta.files) delta_of(file, id, lines);
  for (const ConfigFile& config : outcome.delta.configs) {
    lines.push_back((config.removed ? "- config " : "+ config ") + config.path);
  }
  return lines;
}

Lines work(const Outcome& outcome, const std::string& which) {
  const WorkDone& work = outcome.work;
  const std::map<std::string, std::uint32_t> counts = {{"read", work.read},
                                                       {"parsed", work.parsed},
                                                       {"cached", work.from_cache},
                                                       {"relinked", work.relinked},
                                                       {"events", work.events}};
  std::string line;
  for (const std::string& word : words_of(which)) {
    line += (line.empty() ? "" : ", ") + word + " " + std::to_string(counts.at(word));
  }
  return {line};
}

Lines troubles(const Outcome& outcome) {
  Lines lines;
  for (const Listing::Trouble& trouble : outcome.troubles) lines.push_back(trouble.path);
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// The ids in an answer's list, in its order; for a path the ids on it.
Lines ids_of(const Json& answer) {
  Lines lines;
  for (const char* key : {"items", "path", "atoms"}) {
    if (!answer.contains(key) || !answer[key].is_array()) continue;
    for (const Json& item : answer[key]) {
      if (item.is_object() && item.contains("id")) {
        lines.push_back(item["id"].get<std::string>());
      } else if (item.is_object() && item.contains("source")) {  // A step of a path.
        if (lines.empty()) lines.push_back(item["source"]["id"].get<std::string>());
        lines.push_back(item["target"]["id"].get<std::string>());
      } else if (item.is_object() && item.contains("atom")) {
        lines.push_back(item["atom"]["id"].get<std::string>());
      } else {
        lines.push_back(item.dump());
      }
    }
    return lines;
  }
  return {answer.dump()};
}

Lines ask(const Asked& asked, const std::string& text) {
  const std::vector<std::string> words = words_of(text);
  Json params = Json::object();
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string key = words[i].substr(0, equals);
    const std::string value = words[i].substr(equals + 1);
    const bool number =
        !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
    params[key] = number ? Json(std::stoi(value)) : value == "true" ? Json(true) : Json(value);
  }
  const Result<Json> answer = asked.request(words.at(0), params);
  if (answer) return ids_of(*answer);
  switch (answer.error().kind) {
    case ErrorKind::usage:
      return {"usage"};
    case ErrorKind::not_found:
      return {"not found"};
    case ErrorKind::ambiguous:
      return {"ambiguous"};
    default:
      return {"error: " + answer.error().message()};
  }
}

/// The history of an atom, a file, or of all, newest first.
Lines log(const Asked& asked, const std::string& what) {
  Json params = Json::object();
  if (!what.empty()) params["atom"] = what;
  const Result<Json> answer = asked.request("log", params);
  if (!answer) return {"error: " + answer.error().message()};
  Lines lines;
  for (const Json& item : (*answer)["items"]) {
    std::string line = "#" + std::to_string(item["sequence"].get<int>());
    if (item.contains("operation")) {
      line += " " + item["operation"].get<std::string>() + " v" +
              std::to_string(item["version"].get<int>()) + " " + item["id"].get<std::string>();
      for (const Json& field : item["fields"]) line += " " + field.get<std::string>();
    } else {
      const Json& counts = item["counts"];
      if (item.contains("change")) line += " " + item["change"].get<std::string>();
      line += " +" + std::to_string(counts["created"].get<int>()) + " ~" +
              std::to_string(counts["updated"].get<int>()) + " -" +
              std::to_string(counts["deleted"].get<int>());
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Lines sql(const Asked& asked, const std::string& statement) {
  const Result<std::unique_ptr<Reader>> reader = asked.pipeline.reader();
  if (!reader) return {"error: " + reader.error().message()};
  const Result<Reader::Table> table = (*reader)->sql(statement, 1000, 60'000);
  if (!table) return {"error: " + table.error().message()};
  Lines lines;
  for (const auto& row : table->rows) {
    std::string line;
    for (const auto& cell : row) line += (line.empty() ? "" : " | ") + cell.value_or("NULL");
    lines.push_back(std::move(line));
  }
  return lines;
}

using Question = Lines (*)(const Asked& asked, const Snapshot& now, const std::string& what);

/// One entry for each question.
const std::map<std::string, Question>& questions() {
  static const std::map<std::string, Question> kQuestions = {
      {"delta",
       [](const Asked& a, const Snapshot&, const std::string&) { return delta(*a.outcome); }},
      {"work",
       [](const Asked& a, const Snapshot&, const std::string& w) { return work(*a.outcome, w); }},
      {"troubles",
       [](const Asked& a, const Snapshot&, const std::string&) { return troubles(*a.outcome); }},
      {"callers", [](const Asked&, const Snapshot& s,
                     const std::string& w) { return incoming(s, w, EdgeFilter()); }},
      {"callees", [](const Asked&, const Snapshot& s,
                     const std::string& w) { return outgoing(s, w, EdgeFilter()); }},
      {"in", [](const Asked&, const Snapshot& s,
                const std::string& w) { return incoming(s, w, uses()); }},
      {"out", [](const Asked&, const Snapshot& s,
                 const std::string& w) { return outgoing(s, w, uses()); }},
      {"contains", [](const Asked&, const Snapshot& s,
                      const std::string& w) { return outgoing(s, w, containment()); }},
      {"open", [](const Asked&, const Snapshot& s, const std::string& w) { return open(s, w); }},
      {"atoms",
       [](const Asked&, const Snapshot& s, const std::string& w) { return each_atom(s, w, kind); }},
      {"places",
       [](const Asked&, const Snapshot& s, const std::string& w) {
         return each_atom(s, w, [](const FileVersion&, const Atom& atom, std::size_t) {
           return place(atom.start) + "-" + place(atom.end);
         });
       }},
      {"versions",
       [](const Asked&, const Snapshot& s, const std::string& w) {
         return each_atom(s, w, [](const FileVersion& file, const Atom&, std::size_t i) {
           return std::to_string(file.versions[i]);
         });
       }},
      {"signature",
       [](const Asked&, const Snapshot& s, const std::string& w) {
         const AtomRef atom = atom_of(s, w);
         return Lines{std::string(atom.text(atom.atom().signature))};
       }},
      {"doc",
       [](const Asked&, const Snapshot& s, const std::string& w) {
         const AtomRef atom = atom_of(s, w);
         return Lines{std::string(atom.text(atom.atom().doc))};
       }},
      {"files", [](const Asked&, const Snapshot& s, const std::string&) { return files(s); }},
      {"problems",
       [](const Asked&, const Snapshot& s, const std::string& w) { return problems(s, w); }},
      {"log", [](const Asked& a, const Snapshot&, const std::string& w) { return log(a, w); }},
      {"truth",
       [](const Asked& a, const Snapshot& s, const std::string& w) {
         return compare_with_truth(s, a.pipeline.options().root, w);
       }},
      {"ask", [](const Asked& a, const Snapshot&, const std::string& w) { return ask(a, w); }},
      {"sql", [](const Asked& a, const Snapshot&, const std::string& w) { return sql(a, w); }},
  };
  return kQuestions;
}

/// `2 callers ID`: a question to the state after the second step.
Lines at_step(const Asked& asked, const std::string& text) {
  const std::size_t space = text.find(' ');
  const std::size_t verb_end = text.find(' ', space + 1);
  const std::string verb = text.substr(space + 1, verb_end - space - 1);
  const std::string rest = verb_end == std::string::npos ? "" : text.substr(verb_end + 1);
  const Sequence at = asked.step_ends.at(std::stoul(text.substr(0, space)) - 1);
  if (needs_outcome(verb)) throw std::runtime_error(verb + " is about no state");
  if (verb == "ask") return ask(asked, rest + " at=" + std::to_string(raw(at)));
  return questions().at(verb)(asked, *past_snapshot(asked.pipeline, at), rest);
}

}  // namespace

bool is_question(const std::string& verb) {
  return verb == "at" || questions().contains(verb);
}

bool needs_outcome(const std::string& verb) {
  // Through the socket, how many commits a step's edits become is the watcher's matter; what SQL
  // answers can depend on it.
  return verb == "delta" || verb == "work" || verb == "troubles" || verb == "log" || verb == "sql";
}

std::vector<std::string> answer(const Asked& asked, const Command& question) {
  Lines lines;
  try {
    const SnapshotPtr snapshot = asked.pipeline.snapshot();
    lines = question.verb == "at" ? at_step(asked, question.rest)
                                  : questions().at(question.verb)(asked, *snapshot, question.rest);
  } catch (const std::exception& error) {
    lines = {std::string("error: ") + error.what()};
  }
  for (std::string& line : lines) {
    // A name may hold line breaks or a NUL; a scenario's lines may not.
    std::string shown;
    for (const char c : line) {
      if (c == '\n') {
        shown += "\\n";
      } else if (c == '\0') {
        shown += "\\0";
      } else {
        shown += c;
      }
    }
    line = std::move(shown);
  }
  if (lines.empty()) lines.emplace_back("nothing");
  return lines;
}

}  // namespace dg
