#include "bench/report.h"

#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <utility>

namespace dg::bench {
namespace {

/// The first value of a `key : value` line of a /proc file.
std::string proc_value(const char* file, const std::string& key) {
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    if (!line.starts_with(key)) continue;
    const std::size_t colon = line.find(':');
    const std::size_t begin =
        colon == std::string::npos ? colon : line.find_first_not_of(" \t", colon + 1);
    if (begin != std::string::npos) return line.substr(begin);
  }
  return {};
}

Json machine() {
  utsname system{};
  ::uname(&system);
  return {{"cpu", proc_value("/proc/cpuinfo", "model name")},
          {"threads", std::thread::hardware_concurrency()},
          {"memory", proc_value("/proc/meminfo", "MemTotal")},
          {"kernel", std::string(system.sysname) + " " + system.release}};
}

Json build() {
#ifdef NDEBUG
  constexpr const char* kType = "release";
#else
  constexpr const char* kType = "debug";
#endif
  return {{"type", kType}, {"compiler", __VERSION__}};
}

/// Three significant digits, without an exponent: 0.0123, 1.23, 12.3, 1234.
std::string number(double value) {
  const int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string with_unit(double value, const std::string& unit) {
  if (unit == "n") return std::to_string(static_cast<long long>(value));
  return number(value) + " " + unit;
}

std::vector<std::string> cells(const Figure& figure) {
  const bool within = !figure.budget || figure.value <= *figure.budget;
  return {figure.corpus, figure.name, with_unit(figure.value, figure.unit),
          figure.budget ? "<= " + with_unit(*figure.budget, figure.unit) : "",
          within ? "" : "over"};
}

}  // namespace

void Report::add(Figure figure) {
  std::fprintf(stderr, "  %s: %s: %s\n", figure.corpus.c_str(), figure.name.c_str(),
               with_unit(figure.value, figure.unit).c_str());
  figures_.push_back(std::move(figure));
}

void Report::print_table(std::FILE* out) const {
  std::vector<std::vector<std::string>> rows{{"corpus", "what", "measured", "budget", ""}};
  for (const Figure& figure : figures_) rows.push_back(cells(figure));
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - row[i].size(), ' ');
      const bool figure_column = i == 2 || i == 3;
      line += (figure_column ? pad + row[i] : row[i] + pad) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::fprintf(out, "%s\n", line.c_str());
  }
}

Json Report::to_json() const {
  Json figures = Json::array();
  for (const Figure& figure : figures_) {
    Json one = {{"corpus", figure.corpus},
                {"name", figure.name},
                {"value", figure.value},
                {"unit", figure.unit}};
    if (figure.budget) {
      one["budget"] = *figure.budget;
      one["within"] = figure.value <= *figure.budget;
    }
    figures.push_back(std::move(one));
  }
  return {{"machine", machine()}, {"build", build()}, {"figures", std::move(figures)}};
}

}  // namespace dg::bench
