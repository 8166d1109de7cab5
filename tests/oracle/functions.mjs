// Functions and classes as declarations: which nodes they are, what they are called, and by which
// lines an export may name them.
import { placeOf, ts } from './project.mjs';

const { SyntaxKind } = ts;

const functionKinds = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
]);

/** A function with a body: what a call can run. */
export const isFunction = (node) => functionKinds.has(node.kind) && !!node.body;
export const isClass = (node) => ts.isClassLike(node);
export const isAccessor = (node) => ts.isGetAccessor(node) || ts.isSetAccessor(node);

const wrappers = (node) =>
  ts.isParenthesizedExpression(node) ||
  ts.isAsExpression(node) ||
  ts.isNonNullExpression(node) ||
  ts.isTypeAssertionExpression(node) ||
  ts.isSatisfiesExpression(node);

/** What is left of an expression without brackets, type assertions and `(0, x)`. */
export function bare(node) {
  for (;;) {
    if (wrappers(node) || ts.isExpressionWithTypeArguments(node)) node = node.expression;
    else if (ts.isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.CommaToken) {
      node = node.right;
    } else return node;
  }
}

/** The opposite way: the outermost expression that only wraps `node`. */
export function wrapped(node) {
  while (node.parent && wrappers(node.parent)) node = node.parent;
  return node;
}

/** Name of a property, member or binding; undefined where it is computed. */
export function nameText(name) {
  if (!name) return undefined;
  return ts.isIdentifier(name) ||
    ts.isPrivateIdentifier(name) ||
    ts.isStringLiteralLike(name) ||
    ts.isNumericLiteral(name)
    ? name.text
    : undefined;
}

const isAssignment = (node) =>
  ts.isBinaryExpression(node) &&
  node.operatorToken.kind >= SyntaxKind.FirstAssignment &&
  node.operatorToken.kind <= SyntaxKind.LastAssignment;

/** `a.b`, `a['b']`: the node that holds the member's name; undefined for `a[i]` and no member. */
export function memberName(node) {
  if (ts.isPropertyAccessExpression(node)) return node.name;
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return node.argumentExpression;
  }
  return undefined;
}

/**
 * Name of a function or class, the node that carries it, and the declaration around it: for
 * `const f = () => 1` these are f and the statement, for `{ m: function () {} }` m and the property.
 */
function naming(node) {
  if (ts.isConstructorDeclaration(node)) return { name: 'constructor', at: node, around: node };
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
    return { name: node.name?.text ?? 'default', at: node.name ?? node, around: node };
  }
  if (ts.isMethodDeclaration(node) || isAccessor(node)) {
    return { name: nameText(node.name), at: node.name, around: node };
  }
  const inner = wrapped(node);
  const holder = inner.parent;
  const given = outerNaming(inner, holder);
  if (!given) return { name: node.name?.text, at: node.name ?? node, around: node };
  return node.name ? { name: node.name.text, at: node.name, around: given.around } : given;
}

function outerNaming(value, holder) {
  if (ts.isVariableDeclaration(holder) && holder.initializer === value) {
    const list = holder.parent;
    const first = list.declarations?.[0] === holder && ts.isVariableStatement(list.parent);
    return { name: nameText(holder.name), at: holder.name, around: first ? list.parent : holder };
  }
  const isField = ts.isPropertyAssignment(holder) || ts.isPropertyDeclaration(holder);
  const isDefault = ts.isParameter(holder) || ts.isBindingElement(holder);
  if ((isField || isDefault) && holder.initializer === value) {
    return { name: nameText(holder.name), at: holder.name, around: holder };
  }
  if (isAssignment(holder) && holder.right === value) {
    const left = bare(holder.left);
    const name = ts.isIdentifier(left) ? left.text : nameText(memberName(left));
    const statement = ts.isExpressionStatement(holder.parent) ? holder.parent : holder;
    return { name, at: holder.left, around: statement };
  }
  if (ts.isExportAssignment(holder)) return { name: 'default', at: holder, around: holder };
  return undefined;
}

/** Where a declaration begins, its decorators left out. */
function startOf(node) {
  const decorators = ts.canHaveDecorators(node) ? ts.getDecorators(node) : undefined;
  if (!decorators?.length) return node.getStart();
  return ts.skipTrivia(node.getSourceFile().text, decorators.at(-1).end);
}

const known = new Map();

/** `line`: where it begins; `lines`: every line by which a reader may name it. */
export function declarationOf(node) {
  let found = known.get(node);
  if (!found) known.set(node, (found = describe(node)));
  return found;
}

function describe(node) {
  const { name, at, around } = naming(node);
  const { line } = placeOf(node, startOf(node));
  const lines = new Set([line, placeOf(node).line]);
  // A class is named by its own line alone: what declares it may declare more.
  if (!isClass(node)) {
    lines.add(placeOf(at).line);
    lines.add(Math.min(placeOf(around, startOf(around)).line, line));
  }
  return { node, name: name ?? '<anonymous>', line, lines };
}

/** `extends X`: the expression X; undefined without. */
export function baseOf(node) {
  const clause = node.heritageClauses?.find((c) => c.token === SyntaxKind.ExtendsKeyword);
  return clause?.types[0]?.expression;
}
