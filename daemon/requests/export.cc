/// \file
/// `export`: the graph as text for other programs, in pieces.
///
///     params  {"format", "confidence", "cursor"}
///     answer  kAnswer, below
///
/// The pieces, put together in order, are the file; each ends with a line feed and is about 4 MB.
/// All are of one sequence: when the project changes between two of them, the next is a `conflict`,
/// and the export begins anew. The command line does not ask this question: it reads the database
/// at one sequence.

#include <string>

#include "daemon/requests/answer.h"
#include "daemon/requests/atom_spec.h"
#include "daemon/requests/export_format.h"
#include "daemon/requests/handlers.h"

namespace dg {
namespace {

constexpr std::size_t kChunk = 4u << 20;

constexpr const char* kAnswer = R"(  {"text", "truncated", "next_cursor"}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"format", "text", "Give jsonl, dot, graphml or sql.", true, "jsonl|dot|graphml|sql"},
      kConfidenceParameter,
      kCursorParameter};
  return all;
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("export", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<Page> page = page_of("export", *params, snapshot);
  if (!page) return page.error();
  if (page->moved) {
    return Error{ErrorKind::conflict, "export", "the project has changed since the piece before",
                 "Begin anew, without cursor."};
  }
  std::string text;
  std::size_t position = 0;  // Bytes of the pieces that were handed over.
  std::size_t next = 0;      // Where the following piece begins; 0: nowhere.
  const ExportFormat format = *export_format_named(params->text("format"));
  write_export(snapshot, format, edge_filter(*params).worst, [&](std::string_view piece) {
    const std::size_t begin = position;
    position += piece.size();
    if (begin < page->offset || next != 0) return;
    if (text.size() < kChunk) {
      text += piece;
    } else {
      next = begin;
    }
  });
  Json result{{"text", std::move(text)}, {"truncated", next != 0}};
  if (next != 0) {
    result["next_cursor"] = std::to_string(next) + "@" + std::to_string(raw(snapshot.sequence()));
  }
  return with_freshness(std::move(result), context);
}

}  // namespace

Method export_method() {
  return {"export",     "the graph as jsonl, dot, graphml or sql, in pieces",
          parameters(), answer,
          kAnswer,      true};
}

}  // namespace dg
