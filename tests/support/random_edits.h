#pragma once
/// \file
/// Random edits of a set of sources, as values: an edit is its kind and a random number, and what
/// it does follows from these and the sources alone. So a list of edits can be repeated from its
/// seed and shortened by leaving some out.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dg {

enum class EditKind : std::uint8_t {
  insert_function,    ///< One that calls a few names of the project.
  insert_import,      ///< An import, require or re-export of a random file.
  insert_class,       ///< One that extends something and has methods.
  delete_lines,       ///< A few lines anywhere; often breaks the syntax.
  delete_block,       ///< From a line that begins a declaration to the next blank line.
  rename_here,        ///< A name in one file.
  rename_everywhere,  ///< A name in all files.
  move_block,         ///< A declaration from one file to another.
  break_syntax,       ///< A stray bracket or quote.
  shift_lines,        ///< Blank lines and comments.
  delete_file,
  copy_file,
  move_file,
  revert_file,  ///< A file as it was some edits ago; brings deleted ones back.
  edit_config,  ///< package.json and tsconfig.json.
  insert_type,  ///< An interface, alias or namespace; in JavaScript a function with a comment.
  insert_typed_function,
  insert_typed_class,
  change_type,  ///< One annotation.
  count,
};

struct Edit {
  EditKind kind = EditKind::insert_function;
  std::uint64_t random = 0;
};

/// SplitMix64 (Steele, Lea & Flood 2014): the same numbers on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : next() % bound; }
  template <typename T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

std::vector<Edit> random_edits(std::uint64_t seed, std::size_t count);

/// Paths and texts of a project, with their past.
class Sources {
 public:
  void set(const std::string& path, std::string text);
  const std::map<std::string, std::string>& files() const { return files_; }

  struct Done {
    std::vector<std::string> touched;  ///< Paths to write or remove on disk.
    std::string what;                  ///< For people.
  };
  Done apply(const Edit& edit);

 private:
  struct Block {
    std::size_t begin = 0, end = 0;
  };
  void change(const std::string& path, std::string text, Done& done);
  void remove(const std::string& path, Done& done);
  void insert(const std::string& path, const std::string& text, Random& random, Done& done);
  void rename(bool everywhere, Random& random, Done& done);
  void move_block(Random& random, Done& done);
  void edit_file(const Edit& edit, Random& random, Done& done);
  void edit_tree(const Edit& edit, Random& random, Done& done);
  void edit_config(Random& random, Done& done);
  void edit_types(const Edit& edit, Random& random, Done& done);

  std::string any_path(Random& random) const;
  std::string any_name(Random& random) const;
  std::string specifier(const std::string& from, const std::string& to, Random& random) const;
  std::string new_function(Random& random) const;
  std::string new_import(const std::string& path, Random& random) const;
  std::string new_class(Random& random) const;
  std::string any_type(Random& random) const;
  std::string new_type(Random& random) const;
  std::string new_typed_function(bool typescript, Random& random) const;
  std::string new_typed_class(Random& random) const;
  std::string retyped(std::string text, Random& random) const;
  static Block any_block(const std::string& text, Random& random);

  std::map<std::string, std::string> files_;
  std::map<std::string, std::vector<std::string>> past_;
};

/// Seven files in which most forms of imports and classes occur.
Sources small_project();
/// Six files in which annotations, generics, interfaces, class hierarchies and JSDoc types depend
/// on each other across files.
Sources typed_project();

}  // namespace dg
