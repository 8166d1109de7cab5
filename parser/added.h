#pragma once
/// \file
/// Facts about what is added to a thing after it was made: properties, elements, what another
/// function gives `this`.

#include <string_view>

#include "parser/work.h"

namespace dg {

/// `object.property = value`.
void add_assignment(Work& work, ExprIndex object, NameId property, ExprIndex value,
                    AtomIndex owner);
/// Whether a value of that kind can hold code.
bool may_hold_code(ExprKind kind);
/// An element that comes to what `object` holds: a property no source can name of a variable, and
/// `p[]` of what has `object` as its member p.
void add_element(Work& work, ExprIndex object, ExprIndex value, AtomIndex owner);
/// `list.push(x)`, `set.add(x)`, `map.set(k, x)`.
void put_into(Work& work, NodeId object, std::string_view method, NodeId arguments,
              AtomIndex owner);
/// `F.call(this)`: what F assigns to its `this` comes to this one.
void apply_to_this(Work& work, NodeId object, std::string_view method, NodeId arguments,
                   AtomIndex owner);

}  // namespace dg
