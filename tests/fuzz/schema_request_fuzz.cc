// Documents of schema requests: any bytes are read, and what is found right makes a table.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/requests/schema/document.h"
#include "storage/requests/check.h"
#include "storage/requests/shape.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const dg::Document document = dg::parse_document({reinterpret_cast<const char*>(data), size});
  if (document.findings.errors() != 0) return 0;
  const dg::requests::Checked checked = dg::requests::check(document.request, {});
  // SQL that SQLite does not take is an exception that ends the run.
  if (checked.change && dg::requests::shape_of(checked.change->after).empty()) __builtin_trap();
  return 0;
}
