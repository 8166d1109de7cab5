#pragma once
/// \file
/// What an editor asks, each by the service's questions (request.h). Nothing is known here about
/// the graph; this only puts one protocol's words for the other's.

#include <optional>
#include <string>
#include <string_view>

#include "daemon/lsp/backend.h"
#include "daemon/lsp/places.h"

namespace dg::lsp {

struct Question {
  const Project& project;
  Places& places;
  bool sync = false;  ///< Wait for what was just saved.
  const Json& params;
};

/// A result of LSP, or what went wrong.
using Feature = Result<Json> (*)(Question& question);

/// Null: no such method.
Feature feature_of(std::string_view method);
/// What `initialize` says of them.
Json feature_capabilities();

}  // namespace dg::lsp
