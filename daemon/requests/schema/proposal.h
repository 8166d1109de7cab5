#pragma once
/// \file
/// A schema request as a change that colleagues review where they review code: a commit on a branch
/// of its own (daemon/git/new_branch.h), for a pull request. No network is used.

#include <filesystem>
#include <string>

#include "daemon/requests/request.h"
#include "storage/requests/store.h"

namespace dg {

struct ProposalPlace {
  std::filesystem::path project, state_folder;
  std::string branch;  ///< Empty: `schema-request/MIGRATION`.
};

/// Commits, below `.deltagraph/`, `migrations/NNNN_slug.sql` (under the next number that neither
/// HEAD nor the state folder has; `db migrate` skips it, because requested tables are not the
/// graph's), `requests/NNNN_slug.json` (the document) and `requests/NNNN_slug.md`.
/// {"branch", "commit", "base", "files", "remote" or null, "push": the command}.
/// Refused (conflict): a request with errors, rejected, or whose migration fails when it is tried.
Result<Json> propose_request(const requests::Judged& judged, const requests::Preview& preview,
                             const ProposalPlace& place);

/// What a reviewer reads: reason, owner, SQL, result of the review, rollback. Pure.
std::string proposal_text(const requests::Judged& judged, const requests::Preview& preview);

}  // namespace dg
