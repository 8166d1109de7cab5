#include "daemon/requests/answer.h"

#include <algorithm>
#include <charconv>

#include "events/names.h"

namespace dg {

const Parameter kLimitParameter{"limit", "integer", "most entries of the answer (100)", false, "",
                                1,       kMostLimit};
const Parameter kCursorParameter{"cursor", "text", "next_cursor of the page before"};

std::string place_text(std::string_view path, Position at) {
  return std::string(path) + ":" + std::to_string(at.line) + ":" + std::to_string(at.col);
}

Json atom_json(const AtomRef& ref) {
  const Atom& atom = ref.atom();
  return Json{{"id", atom_id_text(*ref.file, ref.index)},
              {"kind", to_string(atom.kind)},
              {"file", ref.file->path},
              {"name", ref.name()},
              {"qualified_name", ref.qualified_name()},
              {"line", atom.name_at.line},
              {"col", atom.name_at.col},
              {"end_line", atom.end.line},
              {"exported", atom.exported}};
}

Candidate candidate_of(const AtomRef& ref) {
  return {atom_id_text(*ref.file, ref.index), std::string(to_string(ref.atom().kind)),
          place_text(ref.file->path, ref.atom().name_at)};
}

std::size_t caller_count(const Snapshot& snapshot, AtomId id) {
  const auto edges = snapshot.incoming(id);
  return static_cast<std::size_t>(std::count_if(edges.begin(), edges.end(), [](const InEdge& edge) {
    return edge.relation == Relation::calls || edge.relation == Relation::instantiates;
  }));
}

Result<Page> page_of(std::string_view method, const Params& params, const Snapshot& snapshot,
                     std::int64_t default_limit) {
  Page page;
  page.limit = static_cast<std::size_t>(params.integer("limit", default_limit));
  const std::string cursor = params.text("cursor");
  if (cursor.empty()) return page;
  std::uint64_t sequence = 0;
  const char* end = cursor.data() + cursor.size();
  const auto offset = std::from_chars(cursor.data(), end, page.offset);
  bool valid = offset.ec == std::errc() && offset.ptr != end && *offset.ptr == '@';
  if (valid) {
    const auto at = std::from_chars(offset.ptr + 1, end, sequence);
    valid = at.ec == std::errc() && at.ptr == end;
  }
  if (!valid) {
    return Error{ErrorKind::usage, std::string(method) + " cursor", "'" + cursor + "' is no cursor",
                 "Give next_cursor of the page before."};
  }
  page.moved = sequence != raw(snapshot.sequence());
  return page;
}

void add_page(Json& answer, const Page& page, std::size_t total, const Snapshot& snapshot) {
  const std::size_t shown_to =
      page.offset >= total ? total : std::min(total, page.offset + page.limit);
  answer["total"] = total;
  answer["truncated"] = shown_to < total;
  if (shown_to < total) {
    answer["next_cursor"] =
        std::to_string(shown_to) + "@" + std::to_string(raw(snapshot.sequence()));
  }
  if (page.moved) answer["changed_since_cursor"] = true;
}

}  // namespace dg
