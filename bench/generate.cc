#include "bench/generate.h"

#include <algorithm>
#include <string>
#include <vector>

#include "bench/corpus.h"

namespace dg::bench {
namespace {

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): the
/// standard library's distributions differ between implementations, and the bytes must not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(next() % limit); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

std::string number(std::uint32_t value) {
  return std::to_string(value);
}

/// Every third file is TypeScript; folders alternate so that both kinds import each other.
std::string file_name(std::uint32_t file) {
  return "m" + number(file) + (file % 3 == 0 ? ".ts" : ".js");
}
std::string folder_name(std::uint32_t file, const ProjectShape& shape) {
  return "pkg" + number(file / shape.files_per_folder);
}

/// What one file imports: smaller numbers only, so that the graph is layered as real ones mostly
/// are. Half from its own folder, a third from anywhere, the rest from the first files, which
/// everybody uses.
std::vector<std::uint32_t> imports_of(std::uint32_t file, const ProjectShape& shape,
                                      Random& random) {
  std::vector<std::uint32_t> imports;
  if (file == 0) return imports;
  const std::uint32_t folder_start = file - file % shape.files_per_folder;
  const std::uint32_t wanted = 2 + random.below(4);
  for (std::uint32_t i = 0; i < wanted; ++i) {
    std::uint32_t target = random.below(file);
    const std::uint32_t where = random.below(6);
    if (where < 3 && file > folder_start) target = folder_start + random.below(file - folder_start);
    if (where == 5) target = random.below(std::min(file, 40u));
    bool known = false;
    for (const std::uint32_t other : imports) known = known || other == target;
    if (!known) imports.push_back(target);
  }
  return imports;
}

std::string import_line(std::uint32_t from, std::uint32_t target, const ProjectShape& shape) {
  const std::string folder = folder_name(target, shape);
  const std::string path = folder == folder_name(from, shape)
                               ? "./" + file_name(target)
                               : "../" + folder + "/" + file_name(target);
  const std::string n = number(target);
  return "import { load" + n + ", Store" + n + " } from '" + path + "';\n";
}

/// A function with a loop, branches and a call of each given callee.
std::string function_text(const std::string& head, const std::string& indent,
                          const std::vector<std::string>& calls, Random& random) {
  std::string text = indent + head + " {\n";
  text += indent + "  const limit = options.limit ?? " + number(random.below(1000)) + ";\n";
  text += indent + "  let total = 0;\n";
  text += indent + "  for (const item of input) {\n";
  text += indent + "    if (item.weight > limit && !item.hidden) {\n";
  text += indent + "      total += item.weight * " + number(1 + random.below(9)) + ";\n";
  text += indent + "    } else if (item.kind === 'k" + number(random.below(50)) + "') {\n";
  text += indent + "      total -= Math.min(item.weight, limit);\n";
  text += indent + "    }\n" + indent + "  }\n";
  for (const std::string& call : calls)
    text.append(indent).append("  total += ").append(call).append(";\n");
  text += indent + "  return { total, size: input.length };\n" + indent + "}\n";
  return text;
}

std::string pick_call(const std::vector<std::uint32_t>& imports, Random& random) {
  if (imports.empty()) return "Math.max(limit, 1)";
  const std::string n = number(imports[random.below(static_cast<std::uint32_t>(imports.size()))]);
  return random.one_in(3) ? "new Store" + n + "().read(input, options).total"
                          : "load" + n + "(input, options).total";
}

std::string file_text(std::uint32_t file, const ProjectShape& shape, Random& random) {
  const std::vector<std::uint32_t> imports = imports_of(file, shape, random);
  const bool typed = file % 3 == 0;
  const std::string n = number(file);
  const std::string parameters = typed ? "(input: any[], options: any)" : "(input, options)";
  std::string text;
  for (const std::uint32_t target : imports) text += import_line(file, target, shape);
  text += "\n/** Loads the records of module " + n + " and weighs them against the limit. */\n";
  text +=
      function_text("export function load" + n + parameters, "",
                    {pick_call(imports, random), "weigh" + n + "(input, options).total"}, random);
  text += "\n" + function_text("function weigh" + n + parameters, "", {pick_call(imports, random)},
                               random);
  text += "\nexport class Store" + n + " {\n  limit = " + number(random.below(100)) + ";\n\n";
  text += function_text("read" + parameters, "  ",
                        {"load" + n + "(input, options).total", "this.trim(input).length"}, random);
  text += typed ? "\n  trim(input: any[]) {\n" : "\n  trim(input) {\n";
  text += "    return input.slice(0, this.limit);\n  }\n}\n";
  return text;
}

}  // namespace

void generate_project(const std::filesystem::path& root, const ProjectShape& shape) {
  Random random(shape.seed);
  std::filesystem::create_directories(root);
  save(root / "package.json", "{ \"name\": \"generated\", \"type\": \"module\" }\n");
  for (std::uint32_t file = 0; file < shape.files; ++file) {
    const std::filesystem::path folder = root / folder_name(file, shape);
    if (file % shape.files_per_folder == 0) std::filesystem::create_directories(folder);
    save(folder / file_name(file), file_text(file, shape, random));
  }
}

}  // namespace dg::bench
