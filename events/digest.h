#pragma once
/// \file
/// Digests: equality of two states of the call graph without looking at either twice.
///
/// A file's digest is the sum modulo 2^64 of one 64-bit hash (XXH3; github.com/Cyan4973/xxHash) for
/// the file, for each of its atoms and for each of their links; a project's is the sum of its
/// files'. A sum does not depend on order and can be advanced by subtracting the old file and
/// adding the new one (Bellare & Micciancio 1997, AdHash; against accidents, not against an
/// adversary).
///
/// Atoms count by AtomId, which is stable within a database, so that a digest compares states of
/// one database (tables, graph, log); states of different databases are compared by dump (dump.h).
/// Places are covered by the content hash. Pure; any thread.

#include <cstdint>

#include "events/file_version.h"

namespace dg {

/// O(atoms + links).
std::uint64_t file_digest(const FileVersion& file);

/// The atom's own part of file_digest, links included: to find which atom differs.
std::uint64_t atom_digest(const FileVersion& file, AtomIndex atom);

}  // namespace dg
