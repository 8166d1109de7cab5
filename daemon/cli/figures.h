#pragma once
/// \file
/// Numbers as people read them. Machines read `--json`.

#include <cstdint>
#include <string>
#include <string_view>

namespace dg {

std::string grouped(std::uint64_t number);       ///< 1234567 -> `1,234,567`.
std::string bytes_text(std::uint64_t bytes);     ///< 1536 -> `1.5 kB` (1 kB = 1024 bytes).
std::string duration_text(double milliseconds);  ///< `0.42 ms`, `12 ms`, `1.3 s`, `2 min 5 s`.
std::string share_text(double share);            ///< 0.123 -> `12.3 %`.
std::string age_text(
    std::int64_t milliseconds);  ///< `just now`, `3 s old`, `5 min old`, `2 days old`.
/// `1 file`, `3 files`; a plural other than with `s` is given.
std::string counted(std::uint64_t number, std::string_view one, std::string_view many = {});
std::string clock_text(std::int64_t unix_ms);  ///< Local time of day, `14:03:07`.
std::string date_text(std::int64_t unix_ms);   ///< Local, `2026-11-21 14:03:07`.

}  // namespace dg
