#include "storage/schema/live/drift.h"

#include <algorithm>
#include <set>

#include "storage/schema/live/sql_tokens.h"

namespace dg::schema {
namespace {

using Texts = std::vector<std::string>;

std::string yes_no(bool yes, std::string_view what) {
  return (yes ? "" : "not ") + std::string(what);
}

/// The literal as SQLite stores it, parentheses around it aside.
std::string default_text(const LiveColumn& column) {
  if (!column.default_value) return {};
  std::string text = normalized(*column.default_value);
  while (text.size() > 4 && text.starts_with("( ") && text.ends_with(" )"))
    text = text.substr(2, text.size() - 4);
  return text == "null" ? std::string() : text;
}

class Comparison {
 public:
  Comparison(const LiveSchema& wanted, const LiveSchema& found) : wanted_(wanted), found_(found) {}

  std::vector<Difference> run() {
    std::set<std::string> names;
    for (const LiveTable& each : wanted_.tables) names.insert(each.name);
    for (const LiveTable& each : found_.tables) names.insert(each.name);
    for (const std::string& name : names) tables(name);
    views();
    return std::move(all_);
  }

 private:
  void add(Aspect aspect, Cure cure, const std::string& table, const std::string& object,
           std::string wanted, std::string found) {
    all_.push_back({aspect, cure, table, object, std::move(wanted), std::move(found)});
  }

  void tables(const std::string& name) {
    const LiveTable* wanted = wanted_.table(name);
    const LiveTable* found = found_.table(name);
    if (found == nullptr) {
      if (found_.view(name) != nullptr) {
        add(Aspect::table_option, Cure::keep, name, "", "a table", "a view");
      } else {
        add(Aspect::missing_table, Cure::add, name, "", "a table", "");
      }
      return missing_of(name);
    }
    if (wanted == nullptr) return add(Aspect::extra_table, Cure::keep, name, "", "", "a table");
    if (wanted->virtual_table || found->virtual_table) {
      if (normalized(wanted->sql) != normalized(found->sql))
        add(Aspect::table_option, Cure::keep, name, "", wanted->sql, found->sql);
      return;
    }
    columns(*wanted, *found);
    keys(*wanted, *found);
    options(*wanted, *found);
    indexes(name);
    triggers(name);
  }

  /// What a missing table would have is missing with it.
  void missing_of(const std::string& name) {
    indexes(name);
    triggers(name);
  }

  void columns(const LiveTable& wanted, const LiveTable& found) {
    for (const LiveColumn& column : wanted.columns) {
      const LiveColumn* there = found.column(column.name);
      if (there == nullptr) {
        const bool bound =
            column.key_position > 0 || (column.not_null && default_text(column).empty());
        add(Aspect::missing_column, bound ? Cure::rebuild : Cure::add, wanted.name, column.name,
            text_of(column), "");
        continue;
      }
      if (column.type != there->type)
        add(Aspect::type, Cure::rebuild, wanted.name, column.name, column.type, there->type);
      if (column.not_null != there->not_null)
        add(Aspect::nullability, Cure::rebuild, wanted.name, column.name,
            yes_no(!column.not_null, "nullable"), yes_no(!there->not_null, "nullable"));
      if (default_text(column) != default_text(*there))
        add(Aspect::default_value, Cure::rebuild, wanted.name, column.name,
            column.default_value.value_or("none"), there->default_value.value_or("none"));
    }
    for (const LiveColumn& column : found.columns) {
      if (wanted.column(column.name) == nullptr)
        add(Aspect::extra_column, Cure::keep, wanted.name, column.name, "", text_of(column));
    }
  }

  void keys(const LiveTable& wanted, const LiveTable& found) {
    if (wanted.primary_key() != found.primary_key())
      add(Aspect::primary_key, Cure::rebuild, wanted.name, "", listed(wanted.primary_key()),
          listed(found.primary_key()));
    differ(Aspect::foreign_key, wanted.name, foreign_keys(wanted, found),
           foreign_keys(found, wanted));
    differ(Aspect::unique, wanted.name, uniques(wanted_, wanted.name),
           uniques(found_, wanted.name));
    differ(Aspect::check, wanted.name, checks(wanted, found), checks(found, wanted));
  }

  /// The conditions of a table; those on a column that the other lacks come and go with it.
  static Texts checks(const LiveTable& table, const LiveTable& other) {
    Texts kept;
    for (const std::string& check : table.checks) {
      const std::vector<Token> tokens = tokens_of(check);
      const bool about_more = std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
        return token.kind != TokenKind::string && table.column(token.text) != nullptr &&
               other.column(token.text) == nullptr;
      });
      if (!about_more) kept.push_back(check);
    }
    return kept;
  }

  static Texts foreign_keys(const LiveTable& table, const LiveTable& other) {
    Texts kept;
    for (const LiveForeignKey& key : table.foreign_keys) {
      const bool about_more =
          std::any_of(key.columns.begin(), key.columns.end(),
                      [&](const std::string& name) { return other.column(name) == nullptr; });
      if (!about_more) kept.push_back(text_of(key));
    }
    return kept;
  }

  static Texts uniques(const LiveSchema& schema, const std::string& table) {
    Texts all;
    for (const LiveIndex& index : schema.indexes) {
      if (index.table == table && index.origin == 'u') all.push_back(text_of(index));
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  void differ(Aspect aspect, const std::string& table, const Texts& wanted, const Texts& found) {
    if (wanted == found) return;
    Texts only_wanted, only_found;
    std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(),
                        std::back_inserter(only_wanted));
    std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(),
                        std::back_inserter(only_found));
    add(aspect, Cure::rebuild, table, "", only_wanted.empty() ? "none" : listed(only_wanted),
        only_found.empty() ? "none" : listed(only_found));
  }

  void options(const LiveTable& wanted, const LiveTable& found) {
    if (wanted.strict != found.strict)
      add(Aspect::table_option, Cure::rebuild, wanted.name, "", yes_no(wanted.strict, "STRICT"),
          yes_no(found.strict, "STRICT"));
    if (wanted.without_rowid != found.without_rowid)
      add(Aspect::table_option, Cure::rebuild, wanted.name, "",
          yes_no(wanted.without_rowid, "WITHOUT ROWID"),
          yes_no(found.without_rowid, "WITHOUT ROWID"));
  }

  void indexes(const std::string& table) {
    for (const LiveIndex& index : wanted_.indexes) {
      if (index.table != table || index.origin != 'c') continue;
      const LiveIndex* there = found_.index(index.name);
      if (there == nullptr) {
        add(Aspect::missing_index, Cure::add, table, index.name, text_of(index), "");
      } else if (there->table != table) {
        add(Aspect::index, Cure::replace, table, index.name, text_of(index), "on " + there->table);
      } else if (text_of(index) != text_of(*there)) {
        add(Aspect::index, Cure::replace, table, index.name, text_of(index), text_of(*there));
      }
    }
    for (const LiveIndex& index : found_.indexes) {
      if (index.table == table && index.origin == 'c' && wanted_.index(index.name) == nullptr)
        add(Aspect::extra_index, Cure::keep, table, index.name, "", text_of(index));
    }
  }

  void triggers(const std::string& table) {
    for (const LiveProgram& trigger : wanted_.triggers) {
      if (trigger.table == table)
        program(trigger, found_.trigger(trigger.name), Aspect::missing_trigger, Aspect::trigger);
    }
    for (const LiveProgram& trigger : found_.triggers) {
      if (trigger.table == table && wanted_.trigger(trigger.name) == nullptr)
        add(Aspect::extra_trigger, Cure::keep, table, trigger.name, "", trigger.sql);
    }
  }

  void views() {
    for (const LiveProgram& view : wanted_.views)
      program(view, found_.view(view.name), Aspect::missing_view, Aspect::view);
    for (const LiveProgram& view : found_.views) {
      const bool known = wanted_.view(view.name) != nullptr || wanted_.table(view.name) != nullptr;
      if (!known) add(Aspect::extra_view, Cure::keep, view.name, view.name, "", view.sql);
    }
  }

  void program(const LiveProgram& wanted, const LiveProgram* found, Aspect missing, Aspect other) {
    if (found == nullptr) {
      add(missing, Cure::add, wanted.table, wanted.name, wanted.sql, "");
    } else if (normalized(wanted.sql) != normalized(found->sql)) {
      add(other, Cure::replace, wanted.table, wanted.name, wanted.sql, found->sql);
    }
  }

  const LiveSchema& wanted_;
  const LiveSchema& found_;
  std::vector<Difference> all_;
};

}  // namespace

std::string_view to_string(Aspect aspect) noexcept {
  static constexpr std::string_view kNames[] = {
      "missing table",   "extra table",  "missing column", "extra column", "type",
      "nullability",     "default",      "primary key",    "unique",       "foreign key",
      "check",           "table option", "missing index",  "index",        "extra index",
      "missing trigger", "trigger",      "extra trigger",  "missing view", "view",
      "extra view"};
  return kNames[static_cast<std::size_t>(aspect)];
}

std::string Difference::text() const {
  std::string text = table;
  if (!object.empty() && object != table) text += "." + object;
  text += ": ";
  text += to_string(aspect);
  if (!wanted.empty() && !found.empty()) text += ": wanted " + wanted + ", found " + found;
  return text;
}

std::vector<Difference> compare(const LiveSchema& wanted, const LiveSchema& found) {
  return Comparison(wanted, found).run();
}

bool is_lack(const Difference& difference) noexcept {
  switch (difference.aspect) {
    case Aspect::extra_table:
    case Aspect::extra_column:
    case Aspect::extra_index:
    case Aspect::extra_trigger:
    case Aspect::extra_view:
      return false;
    default:
      return true;
  }
}

}  // namespace dg::schema
