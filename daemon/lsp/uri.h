#pragma once
/// \file
/// `file:` addresses (RFC 8089) as editors write them. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace dg::lsp {

/// The absolute path; nothing where it is no `file:` address of this machine.
std::optional<std::string> path_of(std::string_view uri);
std::string uri_of(std::string_view path);

}  // namespace dg::lsp
