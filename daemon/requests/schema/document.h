#pragma once
/// \file
/// The JSON document of a schema request, as schema-request.schema.json publishes it. Any thread.

#include <string>
#include <string_view>

#include "daemon/requests/request.h"
#include "storage/requests/finding.h"
#include "storage/requests/request.h"

namespace dg {

struct Document {
  requests::SchemaRequest request;
  std::string text;             ///< What is kept: the document on one line.
  requests::Findings findings;  ///< E6 and E13: then `request` is of no use.
};

/// Any bytes are accepted. What is no JSON, nested deeper or longer than a request may be, has a
/// key twice, an unknown key, or a value of another type, is a finding with its place.
Document parse_document(std::string_view text);
/// The same of a document that came within a message.
Document read_document(const Json& json);

/// Of a text that was kept.
Result<requests::SchemaRequest> decode_document(const std::string& text);

/// The published JSON Schema (draft 2020-12).
std::string_view published_schema() noexcept;

}  // namespace dg
