// Declarations as bindings: which module, parameter, variable or assignment one belongs to.
import { bare } from './functions.mjs';
import { ts } from './project.mjs';

const { SyntaxKind } = ts;

/** A module specifier that names a package or built-in module, not a file. */
export const isPackage = (specifier) => specifier !== undefined && !/^[./#]/.test(specifier);

/** `require('x')`, `require('x').y`, `await import('x')`: the specifier; undefined for others. */
export function requiredModule(expression) {
  let e = bare(expression);
  while (ts.isPropertyAccessExpression(e) || ts.isAwaitExpression(e)) e = bare(e.expression);
  if (!ts.isCallExpression(e)) return undefined;
  const [argument] = e.arguments;
  const isImport =
    e.expression.kind === SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(e.expression) && e.expression.text === 'require');
  return isImport && argument && ts.isStringLiteralLike(argument) ? argument.text : undefined;
}

/** The module that a binding comes from, by the import, export or require around it. */
export function moduleOf(declaration) {
  for (let node = declaration; node; node = node.parent) {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier) return node.moduleSpecifier.text;
    }
    if (ts.isImportEqualsDeclaration(node)) {
      const { moduleReference: from } = node;
      return ts.isExternalModuleReference(from) ? from.expression.text : undefined;
    }
    if (ts.isVariableDeclaration(node) && node.initializer) {
      const specifier = requiredModule(node.initializer);
      if (specifier !== undefined) return specifier;
    }
    if (ts.isStatement(node)) return undefined;
  }
  return undefined;
}

/** The parameter that a binding belongs to, itself or as part of a pattern. */
export function parameterOf(declaration) {
  let node = declaration;
  while (ts.isBindingElement(node) || ts.isBindingName(node)) node = node.parent;
  return ts.isParameter(node) ? node : undefined;
}

export function variableOf(declaration) {
  return ts.findAncestor(declaration, (node) => {
    if (ts.isVariableDeclaration(node)) return true;
    return ts.isStatement(node) ? 'quit' : false;
  });
}

/** A type written for it, in TypeScript or in JSDoc. */
export const typeWritten = (declaration) => declaration.type ?? ts.getJSDocType(declaration);

export const isTypeOnly = (node) =>
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isModuleDeclaration(node) ||
  ts.isJSDocTypedefTag(node) ||
  ts.isJSDocCallbackTag(node);

/** `a = b`, `a.x = a.y = b`: the assignment that a JavaScript declaration `a` or `a.x` is part of. */
export function assignmentOf(declaration) {
  if (ts.isBinaryExpression(declaration)) return declaration;
  let child = declaration;
  for (let node = child.parent; node && !ts.isStatement(node); child = node, node = node.parent) {
    const isTarget = ts.isBinaryExpression(node) && node.left === child;
    if (isTarget && node.operatorToken.kind === SyntaxKind.EqualsToken) return node;
    if (!ts.isPropertyAccessExpression(node) && !ts.isParenthesizedExpression(node)) break;
  }
  return undefined;
}

/**
 * `C` in `C.create = f`: to the checker a declaration of C, as of a namespace that gets one more
 * member. What C is it does not say.
 */
export const isAddedTo = (declaration) =>
  ts.isPropertyAccessExpression(declaration.parent) &&
  declaration.parent.expression === declaration;

/** Where a declaration outside the project is from: `lib` (the language), or a package. */
export function originOf(declaration) {
  const file = declaration.getSourceFile().fileName;
  if (/\/typescript\/lib\/lib\.[^/]*\.d\.ts$/.test(file)) return 'lib';
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'outside';
}
export const isBuiltIn = (origin) => origin === 'lib' || origin === '@types/node';
