// Files and graph: a fresh parse of some or all, and a fresh index of everything.

#include <algorithm>
#include <map>
#include <string_view>

#include "daemon/validator/validator.h"
#include "daemon/watch/crawl.h"
#include "events/dump.h"
#include "parser/facts_codec.h"

namespace dg {
namespace {

constexpr std::uint64_t kReadLimit = std::uint64_t{64} << 20;
constexpr std::size_t kSample = 16;

class ParseCheck final : public Check {
 public:
  ParseCheck(const Pipeline& pipeline, bool all, Evidence& evidence, Pace& pace)
      : pipeline_(pipeline), evidence_(evidence), pace_(pace), parser_(pipeline.options().parse) {
    const std::vector<FileVersionPtr>& files = evidence.files;
    if (all || files.size() <= kSample) {
      files_ = files;
      return;
    }
    // Each sequence looks at the next ones, so that all have their turn.
    const std::size_t first = raw(evidence.snapshot->sequence()) * kSample % files.size();
    for (std::size_t i = 0; i < kSample; ++i) files_.push_back(files[(first + i) % files.size()]);
    // And at those of which something else was found.
    for (const FileVersionPtr& file : files) {
      if (evidence.derived.contains(file->id) || evidence.log_files.contains(file->id))
        files_.push_back(file);
    }
  }

  bool step() override {
    return in_steps(pace_, next_, files_.size(), [&](std::size_t i) { parse(*files_[i]); });
  }

 private:
  void parse(const FileVersion& file) {
    const auto read = read_file(pipeline_.options().root, file.path, kReadLimit);
    // Other bytes than those that were indexed are the disk check's to tell.
    if (!read || !read->has_value() || (*read)->too_large || (*read)->hash != file.hash) return;
    ++pace_.work().parsed;
    const FileFacts facts = parser_.parse(file.path, (*read)->bytes);
    const std::string fresh = encode_facts(facts);
    const std::string known = encode_facts(*file.facts);
    if (fresh == known) return;
    if (!evidence_.distrusted.insert(file.path).second) return;
    evidence_.add(
        {Stage::parse, file.path, "", "facts", "fresh parse",
         std::to_string(facts.atoms.size()) + " atoms, " + std::to_string(fresh.size()) + " bytes",
         "graph",
         std::to_string(file.facts->atoms.size()) + " atoms, " + std::to_string(known.size()) +
             " bytes"});
  }

  const Pipeline& pipeline_;
  Evidence& evidence_;
  Pace& pace_;
  Parser parser_;
  std::vector<FileVersionPtr> files_;
  std::size_t next_ = 0;
};

/// The lines of each file of a dump.
std::map<std::string, std::string_view, std::less<>> by_file(std::string_view dump) {
  std::map<std::string, std::string_view, std::less<>> files;
  constexpr std::string_view kHead = "file\t";
  std::size_t begin = 0;
  while (begin < dump.size()) {
    std::size_t end = dump.find("\nfile\t", begin);
    end = end == std::string_view::npos ? dump.size() : end + 1;
    const std::string_view part = dump.substr(begin, end - begin);
    const std::size_t path_end = part.find_first_of("\t\n", kHead.size());
    files.emplace(part.substr(kHead.size(), path_end - kHead.size()), part);
    begin = end;
  }
  return files;
}

/// Invariant 2 made visible: the graph against one that is linked from nothing.
class RebuildCheck final : public Check {
 public:
  RebuildCheck(Evidence& evidence, Pace& pace) : evidence_(evidence), pace_(pace) {}

  bool step() override {
    // Facts that the log alone tells cannot be linked.
    if (std::any_of(evidence_.files.begin(), evidence_.files.end(),
                    [](const FileVersionPtr& file) { return known_by_log_alone(*file); }))
      return false;
    ChangeSet all;
    for (const FileVersionPtr& file : evidence_.files)
      all.sources.push_back({file->path, file->hash, file->mtime_ns, file->size, file->facts});
    all.configs = evidence_.snapshot->configs();
    const Advance fresh = advance(empty_snapshot(), std::move(all));
    if (!pace_.mark(Stage::rebuild)) return false;
    const std::string ours = dump_project(evidence_.files);
    if (!pace_.mark(Stage::rebuild)) return false;
    const std::string theirs = dump_project(fresh.next->files());
    if (!pace_.mark(Stage::rebuild)) return false;
    if (ours == theirs) return false;
    const auto fresh_files = by_file(theirs);
    const auto known_files = by_file(ours);
    for (const FileVersionPtr& file : evidence_.files) compare(*file, known_files, fresh_files);
    return false;
  }

 private:
  template <typename Files>
  void compare(const FileVersion& file, const Files& known, const Files& fresh) {
    const auto a = known.find(file.path);
    const auto b = fresh.find(file.path);
    const std::string_view here = a == known.end() ? std::string_view() : a->second;
    const std::string_view there = b == fresh.end() ? std::string_view() : b->second;
    if (here == there) return;
    evidence_.distrusted.insert(file.path);
    evidence_.add({Stage::rebuild, file.path, "", "canonical dump", "fresh index",
                   first_line(there, here), "graph", first_line(here, there)});
  }

  /// The first line of `text` that `other` lacks at its place.
  static std::string first_line(std::string_view text, std::string_view other) {
    const auto differ = std::mismatch(text.begin(), text.end(), other.begin(), other.end());
    const auto at = static_cast<std::size_t>(differ.first - text.begin());
    const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
    return line.empty() ? "nothing more" : std::string(line.substr(0, 200));
  }

  Evidence& evidence_;
  Pace& pace_;
};

}  // namespace

std::unique_ptr<Check> parse_check(const Pipeline& pipeline, bool all, Evidence& evidence,
                                   Pace& pace) {
  return std::make_unique<ParseCheck>(pipeline, all, evidence, pace);
}
std::unique_ptr<Check> rebuild_check(Evidence& evidence, Pace& pace) {
  return std::make_unique<RebuildCheck>(evidence, pace);
}

}  // namespace dg
