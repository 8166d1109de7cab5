#include "parser/jsdoc_types.h"

#include <array>
#include <string>
#include <vector>

namespace dg {
namespace {

constexpr int kMaxNesting = 24;
constexpr std::size_t kMaxParts = 64;

bool is_name_char(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '$' || byte >= 0x80;
}

/// A recursive-descent reader of the grammar in docs.jsdoc.app and TypeScript's types.
class TypeReader {
 public:
  TypeReader(Work& work, std::string_view text, ScopeIndex scope)
      : w_(work), s_(text), scope_(scope) {}

  ExprIndex run() {
    const ExprIndex type = read();
    space();
    if (at_ < s_.size() && s_[at_] != '=') return ExprIndex{0};  // A form that is not known.
    return failed_ ? ExprIndex{0} : type;
  }

 private:
  void space() {
    while (at_ < s_.size() && (s_[at_] == ' ' || s_[at_] == '\n' || s_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    space();
    if (at_ >= s_.size() || s_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view text) {
    space();
    if (!s_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  bool peek(char c) {
    space();
    return at_ < s_.size() && s_[at_] == c;
  }
  bool word(std::string_view text) {
    space();
    if (!s_.substr(at_).starts_with(text)) return false;
    const std::size_t after = at_ + text.size();
    if (after < s_.size() && is_name_char(s_[after])) return false;
    at_ = after;
    return true;
  }
  std::string_view identifier() {
    space();
    const std::size_t begin = at_;
    while (at_ < s_.size() && is_name_char(s_[at_])) ++at_;
    return s_.substr(begin, at_ - begin);
  }
  ExprIndex fail() {
    failed_ = true;
    return ExprIndex{0};
  }

  ExprIndex read() {
    if (++nesting_ > kMaxNesting || failed_) return fail();
    take('|');
    ExprIndex type = intersection();
    while (!failed_ && take('|')) {
      const ExprIndex other = intersection();
      if (other != type) type = w_.make_expr(ExprKind::choice, raw(type), raw(other));
    }
    if (word("is")) {
      const ExprIndex tested = read();
      type = raw(tested) == 0 ? w_.make_expr(ExprKind::boolean) : w_.predicate_of(tested);
    }
    --nesting_;
    return type;
  }

  ExprIndex intersection() {
    take('&');
    ExprIndex type = postfix();
    while (!failed_ && take('&')) {
      const ExprIndex other = postfix();
      if (other != type) type = w_.make_expr(ExprKind::intersection, raw(type), raw(other));
    }
    return type;
  }

  ExprIndex postfix() {
    while (take('?') || take('!')) {
    }
    if (take("...")) return w_.make_expr(ExprKind::spread, raw(postfix()));
    ExprIndex type = primary();
    for (std::size_t parts = 0; !failed_ && parts < kMaxParts; ++parts) {
      if (take('[')) {
        if (take(']')) {
          type = w_.array_type(type);
          continue;
        }
        type = indexed(type);
        if (!take(']')) return fail();
      } else if (peek('=') && !s_.substr(at_).starts_with("=>")) {
        ++at_;
      } else if (peek('!')) {
        ++at_;
      } else {
        break;
      }
    }
    return type;
  }

  ExprIndex indexed(ExprIndex type) {
    space();
    if (peek('\'') || peek('"')) {
      const std::string key = quoted();
      if (raw(type) == 0) return type;
      return w_.make_expr(ExprKind::lookup, raw(type), raw(w_.names.intern(key)));
    }
    if (word("number")) {
      return raw(type) == 0 ? type : w_.make_expr(ExprKind::iterated, raw(type));
    }
    read();
    return ExprIndex{0};
  }

  std::string quoted() {
    space();
    const char quote = s_[at_++];
    const std::size_t end = s_.find(quote, at_);
    if (end == std::string_view::npos) {
      fail();
      return {};
    }
    std::string text(s_.substr(at_, end - at_));
    at_ = end + 1;
    return text;
  }

  ExprIndex primary() {
    space();
    if (at_ >= s_.size() || failed_) return fail();
    switch (s_[at_]) {
      case '(':
        return is_function() ? function_type(ExprKind::function_type) : grouped();
      case '{':
        return record();
      case '[':
        return tuple();
      case '"':
      case '\'':
        quoted();
        return w_.make_expr(ExprKind::string);
      case '`':
        quoted();
        return w_.make_expr(ExprKind::string);
      case '*':
        ++at_;
        return ExprIndex{0};
      default:
        break;
    }
    if (s_[at_] == '-' || (s_[at_] >= '0' && s_[at_] <= '9')) {
      ++at_;
      identifier();
      return w_.make_expr(ExprKind::number);
    }
    return named();
  }

  ExprIndex grouped() {
    take('(');
    const ExprIndex type = read();
    return take(')') ? type : fail();
  }

  /// Whether the parenthesis here belongs to `(…) => …`.
  bool is_function() const {
    int open = 0;
    for (std::size_t i = at_; i < s_.size(); ++i) {
      const char c = s_[i];
      if (c == '(' || c == '{' || c == '[') ++open;
      if (c == ')' || c == '}' || c == ']') --open;
      if (open > 0) continue;
      const std::size_t next = s_.find_first_not_of(" \n\t", i + 1);
      return next != std::string_view::npos && s_.substr(next).starts_with("=>");
    }
    return false;
  }

  ExprIndex function_type(ExprKind kind) {
    if (!take('(')) return fail();
    std::vector<ExprIndex> types;
    while (!failed_ && !take(')')) {
      if (types.size() > kMaxParts) return fail();
      const bool rest = take("...");
      const std::size_t before = at_;
      const std::string_view name = identifier();
      take('?');
      ExprIndex type{0};
      if (!name.empty() && take(':')) {
        type = read();
      } else if (peek('{') && name.empty()) {  // A destructured parameter: `({a}: T) => R`.
        record();
        if (take(':')) type = read();
      } else {
        at_ = before;
        type = read();
      }
      if (name != "this") {
        types.push_back(rest ? w_.make_expr(ExprKind::spread, raw(type)) : type);
      }
      if (!take(',') && !peek(')')) return fail();
    }
    ExprIndex result{0};
    if (take("=>") || take(':')) result = read();
    return w_.make_expr(kind, raw(w_.make_list(types)), raw(result));
  }

  ExprIndex record() {
    take('{');
    std::vector<WorkMember> members;
    while (!failed_ && !take('}')) {
      if (members.size() > kMaxParts) return fail();
      word("readonly");
      if (take('[')) {  // An index signature or a mapped type.
        identifier();
        const bool index = take(':');
        if (!index && !word("in")) return fail();
        read();
        if (!take(']')) return fail();
        take('?');
        const ExprIndex type = take(':') ? read() : ExprIndex{0};
        members.push_back({w_.names.intern("<index>"), type});
      } else {
        space();
        const std::string key = peek('\'') || peek('"') ? quoted() : std::string(identifier());
        take('?');
        ExprIndex type{0};
        if (peek('(')) {
          type = function_type(ExprKind::function_type);
        } else if (take(':')) {
          type = read();
        }
        if (key.empty()) return fail();
        members.push_back({w_.names.intern(key), type});
      }
      if (!take(',') && !take(';') && !peek('}')) return fail();
    }
    return failed_ ? ExprIndex{0} : doc_object(w_, members);
  }

  ExprIndex tuple() {
    take('[');
    std::vector<ExprIndex> types;
    while (!failed_ && !take(']')) {
      if (types.size() > kMaxParts) return fail();
      const std::size_t before = at_;
      const std::string_view label = identifier();
      take('?');
      if (label.empty() || !take(':')) at_ = before;
      types.push_back(read());
      if (!take(',') && !peek(']')) return fail();
    }
    return w_.make_expr(ExprKind::tuple, raw(w_.make_list(types)));
  }

  ExprIndex named() {
    if (word("function")) {
      return peek('(') ? function_type(ExprKind::function_type) : ExprIndex{0};
    }
    if (word("new")) return function_type(ExprKind::construct_type);
    if (word("keyof")) {
      postfix();
      return w_.make_expr(ExprKind::string);
    }
    if (word("readonly")) return postfix();
    if (word("asserts")) {
      read();
      return w_.make_expr(ExprKind::boolean);
    }
    const bool query = word("typeof");
    ExprIndex type = word("import") ? imported() : looked_up();
    if (failed_) return type;
    while (peek('.') && !s_.substr(at_).starts_with("...")) {
      ++at_;
      if (peek('<')) break;
      const std::string_view name = identifier();
      if (name.empty()) return fail();
      if (raw(type) != 0) {
        type = w_.make_expr(ExprKind::member, raw(type), raw(w_.names.intern(name)));
      }
    }
    if (query) return raw(type) == 0 ? type : w_.make_expr(ExprKind::type_query, raw(type));
    return peek('<') ? arguments(type) : type;
  }

  ExprIndex arguments(ExprIndex of) {
    take('<');
    std::vector<ExprIndex> types;
    while (!failed_ && !take('>')) {
      if (types.size() > kMaxParts) return fail();
      types.push_back(read());
      if (!take(',') && !peek('>')) return fail();
    }
    if (failed_ || raw(of) == 0) return ExprIndex{0};
    return w_.make_expr(ExprKind::apply, raw(of), raw(w_.make_list(types)));
  }

  ExprIndex imported() {
    if (!take('(') || !(peek('\'') || peek('"'))) return fail();
    const std::string specifier = quoted();
    if (!take(')')) return fail();
    return doc_import(w_, specifier);
  }

  ExprIndex looked_up() {
    const std::string_view name = identifier();
    if (name.empty()) return fail();
    if (name == "string" || name == "String") return w_.make_expr(ExprKind::string);
    if (name == "number" || name == "Number" || name == "bigint") {
      return w_.make_expr(ExprKind::number);
    }
    if (name == "boolean" || name == "Boolean" || name == "true" || name == "false") {
      return w_.make_expr(ExprKind::boolean);
    }
    if (name == "null" || name == "undefined" || name == "void" || name == "never") {
      return w_.make_expr(ExprKind::null_);
    }
    if (name == "any" || name == "unknown" || name == "object" || name == "this") {
      return ExprIndex{0};
    }
    const NameId id = w_.names.intern(name);
    const BindingIndex binding = w_.find(scope_, id);
    if (binding != kNone<BindingIndex>) {
      return w_.make_expr(ExprKind::name, raw(binding), raw(id));
    }
    if (name == "Object") {
      if (!peek('<') && !s_.substr(at_).starts_with(".<")) return ExprIndex{0};
      return w_.make_expr(ExprKind::name, kNoIndex, raw(w_.names.intern("Record")));
    }
    return w_.make_expr(ExprKind::name, kNoIndex, raw(id));
  }

  Work& w_;
  std::string_view s_;
  ScopeIndex scope_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  bool failed_ = false;
};

}  // namespace

ExprIndex doc_type(Work& work, std::string_view text, ScopeIndex scope) {
  return TypeReader(work, text, scope).run();
}

ExprIndex doc_object(Work& work, std::span<const WorkMember> members) {
  const auto shape = static_cast<std::uint32_t>(work.facts.shapes.size());
  work.facts.shapes.emplace_back();
  ShapeWork& made = work.shapes.emplace_back();
  made.doc_begin = static_cast<std::uint32_t>(work.doc_members.size());
  made.doc_count = static_cast<std::uint32_t>(members.size());
  work.doc_members.insert(work.doc_members.end(), members.begin(), members.end());
  return work.make_expr(ExprKind::object, shape);
}

ExprIndex doc_import(Work& work, std::string_view specifier) {
  const NameId name = work.names.intern(specifier);
  for (std::uint32_t i = work.doc_imports; i < work.facts.imports.size(); ++i) {
    const Import& known = work.facts.imports[i];
    if (known.specifier == name && known.local == kNone<BindingIndex>) {
      return work.make_expr(ExprKind::module, i);
    }
  }
  Import& import = work.facts.imports.emplace_back();
  import.kind = ImportKind::type;
  import.type_only = true;
  import.specifier = name;
  import.imported = work.names.intern("*");
  import.at = work.at(work.doc_node);
  return work.make_expr(ExprKind::module,
                        static_cast<std::uint32_t>(work.facts.imports.size()) - 1);
}

}  // namespace dg
