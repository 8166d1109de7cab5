// Kinds of call: how the callee is named, which says what a resolver must understand to follow it.
import { parameterOf, requiredModule, variableOf } from './bindings.mjs';
import { bare, isClass, isFunction, memberName } from './functions.mjs';
import { ts } from './project.mjs';

const { ObjectFlags, SymbolFlags, SyntaxKind, TypeFlags } = ts;

/** In the order in which reports list them. */
export const kinds = [
  'local', // a function or variable in scope
  'import', // bound by an import
  'reexport', // … that another module passes on
  'require', // bound by require
  'namespace', // ns.f() of import * as ns
  'require member', // m.f() of m = require()
  'this',
  'inherited', // this.m() declared in a base class
  'super',
  'new',
  'static', // C.m()
  'object', // o.m() of an object literal, function or namespace
  'instance', // x.m() of a value with a class or interface as its type
  'callback parameter', // f() of a parameter f
  'dynamic', // a[i]()
  'immediate', // (function () {})()
  'expression', // f()(), (a || b)()
  'tagged',
  'jsx',
  'decorator',
];

/** `site`: form, callee and the nodes it resolves to. */
export function kindOf({ form, callee, nodes }, project, values) {
  if (form !== 'call') return form;
  if (callee.kind === SyntaxKind.SuperKeyword) return 'super';
  if (isFunction(callee)) return 'immediate';
  if (ts.isIdentifier(callee)) return kindOfName(callee, project, values);
  if (memberName(callee)) return kindOfMember(callee, nodes, project, values);
  return ts.isElementAccessExpression(callee) ? 'dynamic' : 'expression';
}

const isRequired = (declaration) => {
  const initializer = variableOf(declaration)?.initializer;
  return initializer !== undefined && requiredModule(initializer) !== undefined;
};

function kindOfName(callee, project, values) {
  const symbol = values.symbolAt(callee);
  const declaration = symbol?.valueDeclaration ?? symbol?.declarations?.[0];
  if (!declaration) return 'local';
  if (symbol.flags & SymbolFlags.Alias) {
    if (isPassedOn(symbol, declaration, project.checker)) return 'reexport';
    return ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration)
      ? 'require'
      : 'import';
  }
  if (isRequired(declaration)) return 'require';
  return parameterOf(declaration) ? 'callback parameter' : 'local';
}

/** The import names one module, and another one declares it. */
function isPassedOn(symbol, declaration, checker) {
  const statement = ts.findAncestor(declaration, (node) => ts.isImportDeclaration(node));
  const named = statement && checker.getSymbolAtLocation(statement.moduleSpecifier);
  const origin = checker.getAliasedSymbol(symbol).declarations?.[0];
  const from = named?.valueDeclaration?.getSourceFile();
  return !!from && !!origin && from !== origin.getSourceFile();
}

function kindOfMember(callee, nodes, project, values) {
  const receiver = bare(callee.expression);
  if (receiver.kind === SyntaxKind.SuperKeyword) return 'super';
  const type = project.checker.getNonNullableType(
    project.checker.getTypeAtLocation(callee.expression),
  );
  if (receiver.kind === SyntaxKind.ThisKeyword)
    return isInherited(nodes, type) ? 'inherited' : 'this';
  const symbol = ts.isIdentifier(receiver) ? values.symbolAt(receiver) : undefined;
  const declaration = symbol?.declarations?.[0];
  if (declaration && ts.isNamespaceImport(declaration)) return 'namespace';
  const isInstance =
    type.flags & TypeFlags.Object &&
    type.objectFlags & (ObjectFlags.ClassOrInterface | ObjectFlags.Reference);
  const shape = isInstance ? 0 : (type.symbol?.flags ?? 0);
  if (requiredModule(receiver) !== undefined) return 'require member';
  if (declaration && isRequired(declaration) && !(shape & SymbolFlags.Class))
    return 'require member';
  if (shape & SymbolFlags.Class) return 'static';
  const literal = SymbolFlags.ObjectLiteral | SymbolFlags.ValueModule | SymbolFlags.Function;
  return shape & literal ? 'object' : 'instance';
}

/** None of the methods is declared in the class that `this` is. */
function isInherited(nodes, type) {
  const owners = nodes.map((node) => node.parent).filter((parent) => parent && isClass(parent));
  const own = new Set(type.symbol?.declarations ?? []);
  return owners.length > 0 && !owners.some((owner) => own.has(owner));
}
