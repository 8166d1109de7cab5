#pragma once
/// \file
/// Values that tables hold beside the state: what nothing computes yet and must be NULL (the
/// registry says which columns), and what a commit notes of itself and the log can tell again.
/// Internal to storage/. Constant data: any thread.

#include <span>
#include <string>

namespace dg {

/// One such thing: where it is not as it should be, and the statement that makes it so.
struct Note {
  std::string table;
  std::string window;     ///< An integer column by which the table can be walked in parts.
  std::string row;        ///< SQL expression: names the row for people.
  std::string condition;  ///< SQL condition: the row is not as it should be.
  std::string stored;     ///< SQL expression: the values that differ, for people.
  std::string expected;   ///< For people.
  std::string fix;        ///< SQL statement for the whole table.
};

std::span<const Note> notes();

}  // namespace dg
