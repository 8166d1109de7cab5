#pragma once
/// \file
/// The published shape of every answer (answers.schema.json), as JSON Schema 2020-12.

#include <string>
#include <string_view>

#include "daemon/requests/request.h"

namespace dg {

/// The document itself.
std::string_view published_answers() noexcept;

/// The schema of one method's answer (`callers`), complete in itself: with those "$defs" that it
/// refers to and no others. Null where the method has none. Pure; parses the document.
Json answer_schema(const std::string& method);

}  // namespace dg
