#pragma once
/// \file
/// One function for each question; requests.cc collects them. What a question takes and answers is
/// documented in its own file.

#include "daemon/requests/request.h"

namespace dg {

Method callees_method();
Method callers_method();
Method definition_method();
Method diff_method();
Method explain_import_method();
Method export_method();
Method find_method();
Method impact_method();
Method log_method();
Method outline_method();
Method path_method();
Method resolve_method();
Method show_method();
Method slow_method();
Method sql_method();
Method stats_method();
Method unresolved_method();
Method validate_imports_method();
Method why_method();
Method why_ignored_method();
Method why_not_method();

}  // namespace dg
