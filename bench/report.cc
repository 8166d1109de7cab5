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

/// The names in the order of their first figure.
std::vector<std::string> names_of(const std::vector<Figure>& figures, std::string Figure::*name) {
  std::vector<std::string> names;
  for (const Figure& figure : figures) {
    if (std::find(names.begin(), names.end(), figure.*name) == names.end())
      names.push_back(figure.*name);
  }
  return names;
}

bool is_over(const Figure& figure) {
  return figure.budget && figure.value > *figure.budget;
}

}  // namespace

void Report::add(Figure figure) {
  std::fprintf(stderr, "  %s: %s: %s\n", figure.corpus.c_str(), figure.name.c_str(),
               with_unit(figure.value, figure.unit).c_str());
  figures_.push_back(std::move(figure));
}

void Report::print_table(std::FILE* out) const {
  const std::vector<std::string> corpora = names_of(figures_, &Figure::corpus);
  std::vector<std::vector<std::string>> rows{{"what"}};
  rows[0].insert(rows[0].end(), corpora.begin(), corpora.end());
  rows[0].emplace_back("budget");
  for (const std::string& name : names_of(figures_, &Figure::name)) {
    std::vector<std::string> row{name};
    std::string budget;
    for (const std::string& corpus : corpora) {
      const auto found = std::find_if(figures_.begin(), figures_.end(), [&](const Figure& figure) {
        return figure.corpus == corpus && figure.name == name;
      });
      const bool measured = found != figures_.end();
      row.push_back(measured ? with_unit(found->value, found->unit) : "");
      if (measured && is_over(*found)) row.back() += " !";
      if (measured && found->budget) budget = "<= " + with_unit(*found->budget, found->unit);
    }
    row.push_back(budget);
    rows.push_back(std::move(row));
  }
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - row[i].size(), ' ');
      line += (i == 0 ? row[i] + pad : pad + row[i]) + "  ";
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
