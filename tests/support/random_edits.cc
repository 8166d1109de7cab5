#include "tests/support/random_edits.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

namespace dg {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_source(std::string_view path) {
  return !path.ends_with(".json");
}

bool begins_declaration(std::string_view line) {
  for (const std::string_view word :
       {"export ", "function ", "class ", "const ", "async ", "module.", "exports.", "import ",
        "let ", "var ", "interface ", "type ", "abstract "}) {
    if (line.starts_with(word)) return true;
  }
  return false;
}

std::vector<std::size_t> line_starts(const std::string& text) {
  std::vector<std::size_t> starts{0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && i + 1 < text.size()) starts.push_back(i + 1);
  }
  return starts;
}

/// Words that a declaration or import introduces, of one text.
void names_in(const std::string& text, std::set<std::string>& names) {
  for (const std::string_view keyword :
       {"function ", "class ", "const ", "let ", "interface ", "type "}) {
    for (std::size_t at = text.find(keyword); at != std::string::npos;
         at = text.find(keyword, at + 1)) {
      std::size_t end = at + keyword.size();
      while (end < text.size() && is_word(text[end])) ++end;
      std::string name = text.substr(at + keyword.size(), end - at - keyword.size());
      if (!name.empty()) names.insert(std::move(name));
    }
  }
}

std::string replace_word(const std::string& text, const std::string& old, const std::string& now) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + 1)) {
    const bool left = at > 0 && is_word(text[at - 1]);
    const bool right = at + old.size() < text.size() && is_word(text[at + old.size()]);
    if (left || right || at < from) continue;
    out.append(text, from, at - from).append(now);
    from = at + old.size();
  }
  return out.append(text, from);
}

}  // namespace

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state_;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

std::vector<Edit> random_edits(std::uint64_t seed, std::size_t count) {
  Random random(seed);
  std::vector<Edit> edits(count);
  for (Edit& edit : edits) {
    edit.kind = static_cast<EditKind>(random.below(static_cast<std::size_t>(EditKind::count)));
    edit.random = random.next();
  }
  return edits;
}

void Sources::set(const std::string& path, std::string text) {
  files_[path] = std::move(text);
}

Sources::Done Sources::apply(const Edit& edit) {
  Done done;
  Random random(edit.random);
  switch (edit.kind) {
    case EditKind::delete_file:
    case EditKind::copy_file:
    case EditKind::move_file:
    case EditKind::revert_file:
      edit_tree(edit, random, done);
      break;
    case EditKind::edit_config:
      edit_config(random, done);
      break;
    case EditKind::insert_type:
    case EditKind::insert_typed_function:
    case EditKind::insert_typed_class:
    case EditKind::change_type:
      edit_types(edit, random, done);
      break;
    case EditKind::rename_here:
    case EditKind::rename_everywhere:
      rename(edit.kind == EditKind::rename_everywhere, random, done);
      break;
    case EditKind::move_block:
      move_block(random, done);
      break;
    default:
      edit_file(edit, random, done);
      break;
  }
  std::sort(done.touched.begin(), done.touched.end());
  done.touched.erase(std::unique(done.touched.begin(), done.touched.end()), done.touched.end());
  return done;
}

void Sources::change(const std::string& path, std::string text, Done& done) {
  const auto old = files_.find(path);
  if (old != files_.end()) past_[path].push_back(old->second);
  files_[path] = std::move(text);
  done.touched.push_back(path);
  done.what += " " + path;
}

void Sources::remove(const std::string& path, Done& done) {
  past_[path].push_back(files_.at(path));
  files_.erase(path);
  done.touched.push_back(path);
  done.what += " -" + path;
}

void Sources::insert(const std::string& path, const std::string& text, Random& random, Done& done) {
  std::string now = files_.at(path);
  now.insert(random.of(line_starts(now)), text);
  change(path, std::move(now), done);
}

void Sources::edit_file(const Edit& edit, Random& random, Done& done) {
  const std::string path = any_path(random);
  if (path.empty()) return;
  std::string text = files_.at(path);
  if (edit.kind == EditKind::insert_function) {
    done.what = "insert function";
    insert(path, new_function(random), random, done);
  } else if (edit.kind == EditKind::insert_class) {
    done.what = "insert class";
    insert(path, new_class(random), random, done);
  } else if (edit.kind == EditKind::insert_import) {
    done.what = "insert import";
    change(path, new_import(path, random) + text, done);
  } else if (edit.kind == EditKind::shift_lines) {
    done.what = "shift lines";
    insert(path, random.below(2) == 0 ? "\n\n" : "// a note\n", random, done);
  } else if (edit.kind == EditKind::break_syntax) {
    static const std::vector<std::string> kStray = {"{", "}", "(", ")", "`", "'", "/*", "${", "=>"};
    done.what = "break syntax";
    text.insert(random.below(text.size() + 1), random.of(kStray));
    change(path, std::move(text), done);
  } else if (edit.kind == EditKind::delete_block) {
    done.what = "delete block";
    const Block block = any_block(text, random);
    text.erase(block.begin, block.end - block.begin);
    change(path, std::move(text), done);
  } else {
    done.what = "delete lines";
    const auto starts = line_starts(text);
    const std::size_t from = random.below(starts.size());
    const std::size_t to = std::min(from + 1 + random.below(3), starts.size());
    const std::size_t end = to == starts.size() ? text.size() : starts[to];
    text.erase(starts[from], end - starts[from]);
    change(path, std::move(text), done);
  }
}

void Sources::rename(bool everywhere, Random& random, Done& done) {
  const std::string old = any_name(random);
  const std::string now =
      random.below(4) == 0 ? any_name(random) : old + std::to_string(random.below(10));
  const std::string only = everywhere ? std::string() : any_path(random);
  done.what = "rename " + old + " to " + now + " in";
  if (old.empty() || now.empty()) return;
  const std::map<std::string, std::string> files = files_;
  for (const auto& [path, text] : files) {
    if (!is_source(path) || (!everywhere && path != only)) continue;
    std::string renamed = replace_word(text, old, now);
    if (renamed != text) change(path, std::move(renamed), done);
  }
}

void Sources::move_block(Random& random, Done& done) {
  const std::string from = any_path(random);
  const std::string to = any_path(random);
  if (from.empty() || from == to) return;
  done.what = "move block";
  std::string text = files_.at(from);
  const Block block = any_block(text, random);
  const std::string moved = text.substr(block.begin, block.end - block.begin);
  text.erase(block.begin, block.end - block.begin);
  change(from, std::move(text), done);
  change(to, files_.at(to) + moved, done);
}

void Sources::edit_tree(const Edit& edit, Random& random, Done& done) {
  if (edit.kind == EditKind::revert_file) {
    done.what = "revert";
    if (past_.empty()) return;
    auto one = past_.begin();
    std::advance(one, static_cast<std::ptrdiff_t>(random.below(past_.size())));
    change(one->first, random.of(one->second), done);
    return;
  }
  const std::string path = any_path(random);
  if (path.empty() || files_.size() < 4) return;
  const std::string text = files_.at(path);
  const std::filesystem::path old(path);
  const std::string folder = random.below(3) == 0 ? "moved" : old.parent_path().generic_string();
  const std::string name =
      old.stem().string() + std::to_string(random.below(5)) + old.extension().string();
  const std::string target = folder.empty() ? name : folder + "/" + name;
  if (edit.kind == EditKind::delete_file) {
    done.what = "delete file";
    remove(path, done);
  } else if (edit.kind == EditKind::copy_file) {
    done.what = "copy file";
    change(target, text, done);
  } else {
    done.what = "move file";
    if (target == path) return;
    remove(path, done);
    change(target, text, done);
  }
}

void Sources::edit_config(Random& random, Done& done) {
  static const std::vector<std::pair<std::string, std::string>> kConfigs = {
      {"tsconfig.json", R"({"compilerOptions": {"baseUrl": ".", "paths": {"~/*": ["*"]}}})"},
      {"tsconfig.json", R"({"compilerOptions": {"paths": {"~/*": ["./src/*", "./moved/*"]}}})"},
      {"tsconfig.json", "{ broken"},
      {"package.json", R"({"name": "self", "exports": {".": "./a.js", "./*": "./*"}})"},
      {"package.json", R"({"name": "self", "main": "./b.js", "imports": {"#a": "./a.js"}})"},
      {"package.json", R"({"name": "other", "type": "module"})"},
  };
  done.what = "config";
  const auto& [path, text] = random.of(kConfigs);
  if (files_.contains(path) && random.below(3) == 0) {
    remove(path, done);
  } else {
    change(path, text, done);
  }
}

std::string Sources::any_path(Random& random) const {
  std::vector<std::string> paths;
  for (const auto& [path, text] : files_) {
    if (is_source(path)) paths.push_back(path);
  }
  return paths.empty() ? std::string() : random.of(paths);
}

std::string Sources::any_name(Random& random) const {
  std::set<std::string> names;
  for (int i = 0; i < 2; ++i) {
    const std::string path = any_path(random);
    if (!path.empty()) names_in(files_.at(path), names);
  }
  if (names.empty()) return "pay";
  return random.of(std::vector<std::string>(names.begin(), names.end()));
}

std::string Sources::specifier(const std::string& from, const std::string& to,
                               Random& random) const {
  const std::filesystem::path folder = std::filesystem::path(from).parent_path();
  std::string relative =
      std::filesystem::path(to).lexically_relative(folder.empty() ? "." : folder).generic_string();
  if (!relative.starts_with(".")) relative = "./" + relative;
  switch (random.below(6)) {
    case 0:
      return relative.substr(0, relative.rfind('.'));
    case 1:
      return "~/" + to;
    case 2:
      return "self/" + to;
    case 3:
      return random.below(2) == 0 ? "self" : "#a";
    default:
      return relative;
  }
}

std::string Sources::new_import(const std::string& path, Random& random) const {
  const std::string from = "'" + specifier(path, any_path(random), random) + "'";
  const std::string a = any_name(random);
  const std::string b = any_name(random);
  switch (random.below(7)) {
    case 0:
      return "import { " + a + ", " + b + " as " + b + "2 } from " + from + ";\n";
    case 1:
      return "import * as " + a + "Space from " + from + ";\n";
    case 2:
      return "import " + a + "Default from " + from + ";\n";
    case 3:
      return "export * from " + from + ";\n";
    case 4:
      return "export { " + a + " as " + b + " } from " + from + ";\n";
    case 5:
      return "const { " + a + " } = require(" + from + ");\n";
    default:
      return "const " + a + "Module = require(" + from + ");\n";
  }
}

std::string Sources::new_function(Random& random) const {
  const std::string name =
      random.below(3) == 0 ? any_name(random) : "f" + std::to_string(random.below(40));
  std::string body;
  for (std::size_t i = random.below(3) + 1; i > 0; --i) {
    const std::string other = any_name(random);
    switch (random.below(6)) {
      case 0:
        body += "  " + other + "Space." + any_name(random) + "();\n";
        break;
      case 1:
        body += "  const made = new " + other + "();\n  made.run();\n";
        break;
      case 2:
        body += "  list.map(" + other + ");\n";
        break;
      case 3:
        body += "  list.forEach((x) => " + other + "(x));\n";
        break;
      case 4:
        body += "  " + other + ".run();\n";
        break;
      default:
        body += "  " + other + "(1);\n";
        break;
    }
  }
  switch (random.below(4)) {
    case 0:
      return "exports." + name + " = function (list) {\n" + body + "};\n";
    case 1:
      return "export const " + name + " = (list) => {\n" + body + "};\n";
    case 2:
      return "function " + name + "(list) {\n" + body + "}\n";
    default:
      return "export function " + name + "(list) {\n" + body + "}\n";
  }
}

std::string Sources::new_class(Random& random) const {
  const std::string name = "C" + std::to_string(random.below(12));
  std::string text = (random.below(3) == 0 ? "class " : "export class ") + name;
  if (random.below(2) == 0) text += " extends " + any_name(random);
  text += " {\n  constructor() { this.field = new " + any_name(random) + "(); }\n";
  text += "  run() { this.field.run(); " + any_name(random) + "(); }\n";
  if (random.below(2) == 0) text += "  stop() { super.run(); this.run(); }\n";
  return text + "}\n";
}

Sources::Block Sources::any_block(const std::string& text, Random& random) {
  const auto starts = line_starts(text);
  std::vector<std::size_t> heads;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (begins_declaration(std::string_view(text).substr(starts[i]))) heads.push_back(i);
  }
  if (heads.empty()) return {0, text.size()};
  const std::size_t head = random.below(heads.size());
  const std::size_t end = head + 1 < heads.size() ? starts[heads[head + 1]] : text.size();
  return {starts[heads[head]], end};
}

Sources small_project() {
  Sources sources;
  sources.set("a.js",
              "export function pay() { fee(); }\n\nfunction fee() {}\n\n"
              "export class Base {\n  run() { this.stop(); }\n  stop() {}\n}\n");
  sources.set("b.js",
              "import { pay, Base } from './a.js';\n\n"
              "export class Order extends Base {\n  stop() { super.stop(); pay(); }\n}\n\n"
              "export default function main() { new Order().run(); }\n");
  sources.set("index.js", "export * from './a.js';\nexport { default as main } from './b.js';\n");
  sources.set("src/use.ts",
              "import { main, Order } from '../index.js';\nimport * as all from '~/a.js';\n\n"
              "export const go = (list: Order[]) => {\n  main();\n  all.pay();\n"
              "  list.forEach((o) => o.run());\n};\n");
  sources.set(
      "old.js",
      "const { pay } = require('./new.js');\n\nmodule.exports = { pay, charge() { pay(); } };\n");
  sources.set("new.js", "exports.pay = function () { require('./old.js').charge(); };\n");
  sources.set("moved/ui.jsx",
              "import { go } from '../src/use';\n\nexport const App = () => <Panel on={go} />;\n\n"
              "function Panel() { return <div />; }\n");
  return sources;
}

}  // namespace dg
