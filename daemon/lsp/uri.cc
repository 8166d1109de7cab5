#include "daemon/lsp/uri.h"

#include <charconv>

namespace dg::lsp {

std::optional<std::string> path_of(std::string_view uri) {
  if (!uri.starts_with("file:")) return std::nullopt;
  uri.remove_prefix(5);
  if (uri.starts_with("//localhost/")) uri.remove_prefix(11);
  if (uri.starts_with("///")) uri.remove_prefix(2);
  if (!uri.starts_with('/') || uri.starts_with("//")) return std::nullopt;
  std::string path;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    unsigned value = 0;
    if (uri[i] == '%' && i + 2 < uri.size()) {
      const char* end = uri.data() + i + 3;
      if (std::from_chars(uri.data() + i + 1, end, value, 16).ptr == end && value != 0) {
        path += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    path += uri[i];
  }
  return path;
}

std::string uri_of(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~/";  // Beside letters and digits (RFC 3986, 2.3).
  std::string uri = "file://";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kDigits[byte >> 4u], kDigits[byte & 15u]};
    }
  }
  return uri;
}

}  // namespace dg::lsp
