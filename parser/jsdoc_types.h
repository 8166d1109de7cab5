#pragma once
/// \file
/// The type expressions inside a JSDoc comment's braces.

#include <string_view>

#include "parser/work.h"

namespace dg {

/// The type that a text means, with names looked up in `scope` and around it; 0 where it means
/// nothing that a link can depend on or cannot be read. O(text); nesting is bounded.
ExprIndex doc_type(Work& work, std::string_view text, ScopeIndex scope);
/// An object type of these members.
ExprIndex doc_object(Work& work, std::span<const WorkMember> members);
/// `import('specifier')` as a type; one import for each specifier.
ExprIndex doc_import(Work& work, std::string_view specifier);

}  // namespace dg
