#pragma once
/// \file
/// What the objects give that describe properties: `Object.defineProperty(o, 'p', {value: v})`, and
/// compilers' tables of getters. kNoNode where nothing is said.

#include "parser/work.h"

namespace dg {

/// What a getter `get() { return v }`, `() => v` or `function () { return v }` answers.
NodeId returned_by(const Work& w, NodeId function);

/// What `{value: v}` or `{get: () => v}` of Object.defineProperty() gives the property.
NodeId described_value(const Work& w, NodeId descriptor);

/// What `b` gives in `{a: function () { return b }, a: () => b, get a() { return b }}`: for the
/// tables of getters that SWC's `_export` and esbuild's `__export` take.
NodeId given_by(const Work& w, NodeId entry);

}  // namespace dg
