#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/protocol/line.h"

namespace dg {
namespace {

std::vector<std::string> all_lines(LineReader& lines) {
  std::vector<std::string> all;
  while (auto line = lines.next()) all.push_back(*line);
  return all;
}

TEST(LineReader, GivesWholeLinesHoweverTheyArrive) {
  const std::string text = "{\"a\": 1}\n\n  \r\n{\"b\": 2}\r\n\xff\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    LineReader lines;
    std::vector<std::string> all;
    for (std::size_t at = 0; at < text.size(); at += step) {
      lines.feed(text.substr(at, step));
      for (const std::string& line : all_lines(lines)) all.push_back(line);
    }
    EXPECT_EQ(all, (std::vector<std::string>{"{\"a\": 1}", "{\"b\": 2}", "\xff"})) << step;
  }
}

TEST(LineReader, CutsWhatIsTooLongAndGoesOn) {
  const std::string text = std::string(100, 'x') + "\nshort\n" + std::string(11, 'y') + "\nlast\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    LineReader lines(10);
    std::vector<std::string> all;
    for (std::size_t at = 0; at < text.size(); at += step) {
      lines.feed(text.substr(at, step));
      for (const std::string& line : all_lines(lines)) all.push_back(line);
    }
    EXPECT_EQ(all, (std::vector<std::string>{std::string(10, 'x'), "short", std::string(10, 'y'),
                                             "last"}))
        << step;
  }
}

TEST(LineReader, KeepsWhatIsNotWholeYet) {
  LineReader lines;
  lines.feed("{\"a\":");
  EXPECT_EQ(lines.next(), std::nullopt);
  lines.feed(" 1}\n{");
  EXPECT_EQ(lines.next(), "{\"a\": 1}");
  EXPECT_EQ(lines.next(), std::nullopt);
}

}  // namespace
}  // namespace dg
