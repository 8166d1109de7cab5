#pragma once
/// \file
/// Appending texts in the quoting of the export formats (JSON's is in events/json_text.h). Any
/// bytes may come in: invalid UTF-8 and what a format cannot hold become U+FFFD, so that the output
/// is always well-formed.

#include <string>
#include <string_view>

namespace dg {

void append_dot_string(std::string& out,
                       std::string_view text);  ///< With quotes (Graphviz DOT language).
void append_xml_text(std::string& out,
                     std::string_view text);  ///< For content and "…" (XML 1.0 §2.2, §2.4).
void append_sql_string(std::string& out, std::string_view text);  ///< With quotes (SQL-92 §5.3).

/// The length of the valid UTF-8 sequence at the front (RFC 3629), or 0.
std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace dg
