// Sorted. Node.js 20: nodejs.org/docs/latest-v20.x/api/ and module.builtinModules, without the
// internal names that begin with an underscore and those that only `node:` reaches.
#include "graph/modules/builtins.h"

#include <algorithm>
#include <iterator>

namespace dg {
namespace {

// clang-format off
constexpr std::string_view kNames[] = {
    "assert", "assert/strict", "async_hooks", "buffer", "child_process", "cluster", "console",
    "constants", "crypto", "dgram", "diagnostics_channel", "dns", "dns/promises", "domain",
    "events", "fs", "fs/promises", "http", "http2", "https", "inspector", "inspector/promises",
    "module", "net", "os", "path", "path/posix", "path/win32", "perf_hooks", "process", "punycode",
    "querystring", "readline", "readline/promises", "repl", "sea", "sqlite", "stream",
    "stream/consumers", "stream/promises", "stream/web", "string_decoder", "sys", "timers",
    "timers/promises", "tls", "trace_events", "tty", "url", "util", "util/types", "v8", "vm",
    "wasi", "worker_threads", "zlib",
};
// clang-format on
static_assert(std::is_sorted(std::begin(kNames), std::end(kNames)), "binary search needs order");

}  // namespace

bool is_node_builtin(std::string_view name) noexcept {
  return std::binary_search(std::begin(kNames), std::end(kNames), name);
}

}  // namespace dg
