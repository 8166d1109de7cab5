#pragma once
/// \file
/// Valid forms that the pinned grammars do not know, spelt so that they can read the rest.
///
/// One unknown form can cost a grammar the whole file around it: a call signature that follows
/// another one without a semicolon makes an interface, and all behind it, a syntax error. Such
/// bytes are replaced one by one, so that every offset stays; texts are read from the original.
///
///     interface F {                          a call signature on a line of its own: a semicolon
///       (a: A): A                            takes the place of the blank before it
///       <T>(b: T): T
///     }
///     interface Box<in out T> {}             variance annotations (TypeScript 4.7) are blanked
///     let box: import('m').Box<T>            the arguments are blanked, the type stays
///     let told: (any) => void                keywords of types as names of parameters without a
///                                            type become plain names
///     export { made as const, override }     keywords as names of imports and exports (ECMA-262,
///                                            ModuleExportName) become plain names

#include <optional>
#include <string>
#include <string_view>

#include "parser/facts.h"

namespace dg {

/// The same source without those forms; nothing where there are none. Meant for a file that did not
/// parse cleanly, and worth taking only where the outcome parses better: it goes by tokens alone.
/// O(bytes). Pure.
std::optional<std::string> without_grammar_gaps(std::string_view bytes, Language language);

}  // namespace dg
