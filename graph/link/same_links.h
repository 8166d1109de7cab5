#pragma once
/// \file
/// When two links of a file are the same, which lets a relinked file keep what it had. Internal to
/// graph/. Pure.

#include "events/delta.h"
#include "events/file_version.h"

namespace dg {

/// Equal in every number and text, so that one can stand for the other over the same facts.
/// O(links).
bool same_links(const FileLinks& a, const FileLinks& b) noexcept;

/// Whether the open references of `links` have the same text in both facts.
bool same_texts(const FileFacts& a, const FileFacts& b, const FileLinks& links) noexcept;

/// Whether any edge, open reference or site came or went.
bool changes_links(const FileDelta& delta) noexcept;

}  // namespace dg
