#pragma once
/// \file
/// Types that JSDoc comments declare (jsdoc.app; the forms that TypeScript reads, see
/// typescriptlang.org/docs/handbook/jsdoc-supported-types.html). In JavaScript only: TypeScript
/// takes no type from a comment.

#include <string>
#include <vector>

#include "parser/work.h"

namespace dg {

struct DocType {
  std::string name;  ///< Of a parameter; may hold dots: `options.size`.
  ExprIndex type{};
};

/// What one comment says.
struct DocTypes {
  std::vector<DocType> params;
  ExprIndex type{};
  ExprIndex returns{};
  ExprIndex extends{};
  ExprIndex self{};  ///< `@this`.
};

/// The JSDoc comment directly before a node; none in TypeScript.
NodeId doc_comment(const Work& work, NodeId before) noexcept;
/// Reads a comment whose names are looked up in `scope` and around it; `@template` declares there.
DocTypes read_doc(Work& work, NodeId comment, ScopeIndex scope);
/// Declares the names of all `@typedef`, `@callback` and `@import` of the file, then their types.
void declare_doc_types(Work& work);

}  // namespace dg
