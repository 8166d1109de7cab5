#include "daemon/cli/figures.h"

#include <fmt/format.h>

#include <ctime>

namespace dg {
namespace {

std::string local_time(std::int64_t unix_ms, const char* format) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  char text[64];
  if (localtime_r(&seconds, &parts) == nullptr) return "?";
  const std::size_t length = std::strftime(text, sizeof text, format, &parts);
  return {text, length};
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr const char* units[] = {"bytes", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit < 4) {
    value /= 1024;
    ++unit;
  }
  if (unit == 0) return counted(bytes, "byte");
  return fmt::format("{:.{}f} {}", value, value < 10 ? 1 : 0, units[unit]);
}

std::string duration_text(double milliseconds) {
  if (milliseconds < 10) return fmt::format("{:.2f} ms", milliseconds);
  if (milliseconds < 1000) return fmt::format("{:.0f} ms", milliseconds);
  if (milliseconds < 60'000) return fmt::format("{:.2f} s", milliseconds / 1000);
  const auto seconds = static_cast<std::int64_t>(milliseconds / 1000);
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

std::string share_text(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string age_text(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1000;
  if (seconds < 1) return "just now";
  if (seconds < 60) return fmt::format("{} s old", seconds);
  if (seconds < 3600) return fmt::format("{} min old", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{} h old", seconds / 3600);
  return fmt::format("{} days old", seconds / 86400);
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  if (number == 1) return fmt::format("1 {}", one);
  if (many.empty()) return fmt::format("{} {}s", grouped(number), one);
  return fmt::format("{} {}", grouped(number), many);
}

std::string clock_text(std::int64_t unix_ms) {
  return local_time(unix_ms, "%H:%M:%S");
}
std::string date_text(std::int64_t unix_ms) {
  return local_time(unix_ms, "%Y-%m-%d %H:%M:%S");
}

}  // namespace dg
