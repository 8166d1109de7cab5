#pragma once
/// \file
/// What the language server needs of the program around it.

#include <functional>
#include <memory>
#include <string>

#include "daemon/requests/request.h"

namespace dg::lsp {

/// One project and its service. ask() is called from several threads.
struct Project {
  std::string root;  ///< Absolute.
  /// The answer of a method that changes nothing; survives a restart of the service.
  std::function<Result<Json>(const std::string& method, const Json& params)> ask;
};

/// The project of a folder (empty: of the current one). Called once, when the editor says where it
/// is.
using OpenProject = std::function<Result<Project>(const std::string& folder)>;

}  // namespace dg::lsp
