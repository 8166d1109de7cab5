#include "graph/open_names.h"

namespace dg {

bool leaves_the_project(OpenReason reason) noexcept {
  return reason == OpenReason::external || reason == OpenReason::builtin ||
         reason == OpenReason::no_source;
}

std::string_view mentioned_name(const AtomRef& source, const OpenReference& open) noexcept {
  const FileFacts& facts = *source.file->facts;
  const Range own = source.atom().references;
  if (open.sites.count != 0) {
    // The expression knows the name even where the text was cut.
    const std::uint32_t ordinal = source.file->links->sites[open.sites.begin].ordinal;
    if (ordinal < own.count) {
      const Expr& target = facts.exprs[raw(facts.references[own.begin + ordinal].target)];
      const bool named = target.kind == ExprKind::name || target.kind == ExprKind::member;
      if (named) return facts.name(NameId{target.b});
    }
  }
  const std::string_view text = facts.name(open.text);
  const std::size_t dot = text.rfind('.');
  return dot == std::string_view::npos ? text : text.substr(dot + 1);
}

}  // namespace dg
