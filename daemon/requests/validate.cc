#include "daemon/requests/validate.h"

#include "daemon/requests/params.h"

namespace dg {

Result<ValidateOptions> validate_options(const Json& params) {
  static const std::vector<Parameter> parameters{
      {"deep", "boolean", "every file's bytes, a parse of each, and a fresh index"},
      {"repair", "boolean", "mend what differs, from the side that is trusted more"}};
  const Result<Params> given = Params::check("validate", parameters, params);
  if (!given) return given.error();
  ValidateOptions options;
  options.depth = given->flag("deep") ? Depth::deep : Depth::full;
  options.repair = given->flag("repair");
  return options;
}

}  // namespace dg
