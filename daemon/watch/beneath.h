#pragma once
/// \file
/// Opening a path below a folder without following any symbolic link on the way, so that no link,
/// however it is exchanged meanwhile, leads out of the project.

#include <string>

#include "daemon/watch/descriptor.h"

namespace dg {

/// Opens `path` ("" is the folder itself) with `flags`. Invalid with errno where that fails: ELOOP
/// for a link on the way, ENAMETOOLONG never (long paths are opened in steps). Adds O_CLOEXEC,
/// O_NOFOLLOW.
Descriptor open_beneath(int folder, const std::string& path, int flags);

}  // namespace dg
