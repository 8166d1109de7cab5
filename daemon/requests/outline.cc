/// \file
/// `outline`: the atoms of one file as a tree.
///
///     params  {"file", "limit", "cursor"}
///     answer  kAnswer, below
///
/// In source order; an item's children follow it with depth + 1; depth 0 is the module.

#include "graph/queries/outline.h"

#include <algorithm>

#include "daemon/requests/atom_spec.h"
#include "daemon/requests/handlers.h"
#include "events/names.h"
#include "graph/queries/resolve.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"file", "language", "lines", "skipped": null or the reason, "problems": n, "items":
   [{"atom": ATOM, "depth", "start", "end": {"line", "col"}, "signature", "complexity",
   "callers"}], PAGE}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"file", "text", "Give a path relative to the project.", true},
      kLimitParameter,
      kCursorParameter};
  return all;
}

/// `src/a.js:12`, `src/a.js::f`: the file is known, and it alone is asked for.
bool names_more_than_file(const Snapshot& snapshot, const std::string& path, std::string& file) {
  file = path;
  for (std::size_t colon = file.rfind(':'); colon != std::string::npos; colon = file.rfind(':')) {
    file.resize(colon);
    if (snapshot.file_at(file)) return true;
  }
  return false;
}

/// A folder lists files of its own, a wrong name those whose name is near.
Error no_such_file(const Snapshot& snapshot, const std::string& path) {
  if (std::string file; names_more_than_file(snapshot, path, file)) {
    return {ErrorKind::usage, "'" + path.substr(0, 200) + "'", "an outline is of a whole file",
            "'deltagraph outline " + file + "' lists its atoms; 'deltagraph show " + path +
                "' shows the one that you name."};
  }
  std::size_t inside = 0;
  Error folder{ErrorKind::usage, "'" + path.substr(0, 200) + "'", "", "Name one of its files."};
  const std::string prefix =
      path.empty() || path == "." ? "" : path + (path.ends_with('/') ? "" : "/");
  for (const FileVersionPtr& file : snapshot.files()) {
    if (!file->path.starts_with(prefix)) continue;
    if (++inside <= 5) folder.candidates.push_back({file->path, "file", ""});
  }
  if (inside > 0) {
    folder.reason = "is a folder with " + std::to_string(inside) +
                    (inside == 1 ? " indexed file" : " indexed files");
    return folder;
  }
  Error error{ErrorKind::not_found, "'" + path.substr(0, 200) + "'", "is no indexed file",
              "'deltagraph why-ignored' tells why."};
  const std::string name = path.substr(path.rfind('/') + 1);
  for (const FileVersionPtr& file : snapshot.files()) {
    const std::string other = file->path.substr(file->path.rfind('/') + 1);
    const bool near = name.size() <= 200 &&
                      edit_distance(name, other) <= std::max<std::size_t>(1, name.size() / 4);
    if (near && error.candidates.size() < 5) error.candidates.push_back({file->path, "file", ""});
  }
  if (!error.candidates.empty()) error.cure = "Did you mean one of these?";
  return error;
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("outline", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<Page> page = page_of("outline", *params, snapshot, 1000);
  if (!page) return page.error();
  std::string path = params->text("file");
  while (path.starts_with("./")) path.erase(0, 2);
  const FileVersionPtr file = snapshot.file_at(path);
  if (!file) return no_such_file(snapshot, path);

  const std::vector<OutlineEntry> all = outline(*file);
  Json items = Json::array();
  for (std::size_t i = page->offset; i < all.size() && items.size() < page->limit; ++i) {
    const Atom& atom = all[i].atom.atom();
    items.push_back({{"atom", atom_json(all[i].atom)},
                     {"depth", all[i].depth},
                     {"start", {{"line", atom.start.line}, {"col", atom.start.col}}},
                     {"end", {{"line", atom.end.line}, {"col", atom.end.col}}},
                     {"signature", all[i].atom.text(atom.signature)},
                     {"complexity", atom.complexity},
                     {"callers", caller_count(snapshot, all[i].id)}});
  }
  const FileFacts& facts = *file->facts;
  Json result{
      {"file", file->path}, {"language", to_string(facts.language)}, {"lines", facts.lines}};
  result["skipped"] =
      facts.skipped == SkipReason::none ? Json(nullptr) : Json(to_string(facts.skipped));
  result["problems"] = facts.problem_count;
  result["items"] = std::move(items);
  add_page(result, *page, all.size(), snapshot);
  return with_freshness(std::move(result), context);
}

}  // namespace

Method outline_method() {
  return {"outline",    "the functions, classes and variables of a file, as a tree",
          parameters(), answer,
          kAnswer,      true};
}

}  // namespace dg
