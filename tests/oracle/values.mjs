// What an expression may evaluate to, as far as calls are concerned: the functions and classes that
// the checker's symbols lead to, through variables, properties, imports and assignments.
import {
  bare,
  baseOf,
  isAccessor,
  isClass,
  isFunction,
  memberName,
  nameText,
} from './functions.mjs';
import { wrapped } from './functions.mjs';
import { ts } from './project.mjs';

const { SyntaxKind, SymbolFlags, TypeFlags } = ts;

/**
 * What is known of a callee.
 * `functions`: functions and classes of the project, each with whether it is that very value
 * (true) or only a signature of its type (false: other values may have the same type).
 * `external`: declarations outside the project. `signatures`: declarations of the project without
 * a body, so that the value is not known. `unknown`: reasons why more may be possible.
 * `weak`: external by declaration, but code of the project may take its place.
 */
export class Answer {
  functions = new Map();
  external = new Set();
  signatures = new Set();
  unknown = new Set();
  weak = false;

  static function(node) {
    const answer = new Answer();
    answer.functions.set(node, true);
    return answer;
  }
  static external(name) {
    return new Answer().addExternal(name);
  }
  static unknown(reason) {
    return new Answer().addUnknown(reason);
  }

  addExternal(name) {
    this.external.add(name);
    return this;
  }
  addUnknown(reason) {
    this.unknown.add(reason);
    return this;
  }
  add(other) {
    for (const [node, sure] of other.functions) {
      if (!this.functions.has(node)) this.functions.set(node, sure);
    }
    for (const name of other.external) this.external.add(name);
    for (const node of other.signatures) this.signatures.add(node);
    for (const reason of other.unknown) this.unknown.add(reason);
    this.weak ||= other.weak;
    return this;
  }
  /** It names a function of the project or something outside of it. */
  get settled() {
    return this.functions.size > 0 || this.external.size > 0;
  }
  get empty() {
    return !this.settled && this.signatures.size === 0;
  }
}

/** A module specifier that names a package or built-in module, not a file. */
const isPackage = (specifier) => specifier !== undefined && !/^[./#]/.test(specifier);

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
function moduleOf(declaration) {
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

const isTypeOnly = (node) =>
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isModuleDeclaration(node) ||
  ts.isJSDocTypedefTag(node) ||
  ts.isJSDocCallbackTag(node);

const isNothing = (e) =>
  e.kind === SyntaxKind.NullKeyword ||
  e.kind === SyntaxKind.FalseKeyword ||
  ts.isVoidExpression(e) ||
  ts.isLiteralExpression(e) ||
  (ts.isIdentifier(e) && e.text === 'undefined');

/** `a = b`, `a.x = a.y = b`: the assignment that a JavaScript declaration `a` or `a.x` is part of. */
function assignmentOf(declaration) {
  if (ts.isBinaryExpression(declaration)) return declaration;
  let child = declaration;
  for (let node = child.parent; node && !ts.isStatement(node); child = node, node = node.parent) {
    const isTarget = ts.isBinaryExpression(node) && node.left === child;
    if (isTarget && node.operatorToken.kind === SyntaxKind.EqualsToken) return node;
    if (!ts.isPropertyAccessExpression(node) && !ts.isParenthesizedExpression(node)) break;
  }
  return undefined;
}

export class Values {
  #project;
  #checker;
  #busy = new Set(); // Expressions and symbols under way: a cycle adds nothing.
  #assigned = new Map(); // Symbol -> what is assigned to it.

  constructor(project) {
    this.#project = project;
    this.#checker = project.checker;
    for (const file of project.own) this.#collect(file);
  }

  symbolAt(node) {
    return node && this.#checker.getSymbolAtLocation(node);
  }
  /** What is assigned to a variable or property, its initialiser left out. */
  assignedTo(symbol) {
    return this.#assigned.get(symbol) ?? [];
  }

  of(expression) {
    const e = bare(expression);
    return this.#once(e, () => this.#ofExpression(e));
  }
  ofSymbol(symbol) {
    return this.#once(symbol, () => this.#ofSymbol(symbol));
  }

  /** The constructor that `new node()` runs, its own or inherited; undefined if none is written. */
  constructorOf(node, seen = new Set()) {
    if (!isClass(node)) return node;
    if (seen.has(node)) return undefined;
    seen.add(node);
    const own = node.members.find((m) => ts.isConstructorDeclaration(m) && m.body);
    if (own || !baseOf(node)) return own;
    for (const base of this.of(baseOf(node)).functions.keys()) {
      const inherited = this.constructorOf(base, seen);
      if (inherited) return inherited;
    }
    return undefined;
  }

  #once(key, compute) {
    if (this.#busy.has(key)) return new Answer();
    this.#busy.add(key);
    try {
      return compute();
    } finally {
      this.#busy.delete(key);
    }
  }

  #collect(node) {
    const assigns = [
      SyntaxKind.EqualsToken,
      SyntaxKind.BarBarEqualsToken,
      SyntaxKind.QuestionQuestionEqualsToken,
    ];
    if (ts.isBinaryExpression(node) && assigns.includes(node.operatorToken.kind)) {
      const left = bare(node.left);
      const symbol = this.symbolAt(ts.isIdentifier(left) ? left : memberName(left));
      if (symbol) this.#assigned.set(symbol, [...this.assignedTo(symbol), node.right]);
    }
    ts.forEachChild(node, (child) => this.#collect(child));
  }

  // --- Expressions -------------------------------------------------------------------------------

  #ofExpression(e) {
    if (isFunction(e) || isClass(e)) return Answer.function(e);
    if (isNothing(e)) return new Answer();
    if (ts.isConditionalExpression(e)) return this.of(e.whenTrue).add(this.of(e.whenFalse));
    if (ts.isBinaryExpression(e)) {
      switch (e.operatorToken.kind) {
        case SyntaxKind.BarBarToken:
        case SyntaxKind.BarBarEqualsToken:
        case SyntaxKind.QuestionQuestionToken:
        case SyntaxKind.QuestionQuestionEqualsToken:
          return this.of(e.left).add(this.of(e.right));
        case SyntaxKind.AmpersandAmpersandToken:
        case SyntaxKind.EqualsToken:
          return this.of(e.right);
      }
    }
    if (ts.isIdentifier(e)) {
      const symbol = this.symbolAt(e);
      return symbol ? this.#orByType(this.ofSymbol(symbol), e) : Answer.unknown('no symbol');
    }
    if (ts.isPropertyAccessExpression(e) || ts.isElementAccessExpression(e)) return this.#member(e);
    if (ts.isCallExpression(e)) return this.#result(e);
    return this.#byType(new Answer(), e);
  }

  #member(e) {
    const symbol = this.symbolAt(memberName(e));
    const answer = this.#orByType(symbol ? this.ofSymbol(symbol) : new Answer(), e);
    if (!answer.empty) return answer;
    const origin = this.#packageOf(e);
    return origin === undefined ? answer : Answer.external(origin);
  }

  /** A function returned: `f.bind(…)` is f; else only its type says something. */
  #result(call) {
    const callee = bare(call.expression);
    if (ts.isPropertyAccessExpression(callee) && callee.name.text === 'bind') {
      const bound = this.of(callee.expression);
      if (bound.functions.size > 0) return bound;
    }
    const answer = this.#byType(new Answer(), call);
    const specifier = requiredModule(call);
    if (answer.functions.size > 0 || !isPackage(specifier)) return answer;
    return Answer.external(specifier);
  }

  /** The package that `a.b.c` starts from: a bound to an import of one outside the project. */
  #packageOf(expression) {
    let e = bare(expression);
    while (ts.isPropertyAccessExpression(e) || ts.isElementAccessExpression(e))
      e = bare(e.expression);
    const direct = requiredModule(e);
    if (direct !== undefined) return isPackage(direct) ? direct : undefined;
    const symbol = ts.isIdentifier(e) ? this.symbolAt(e) : undefined;
    const specifier = symbol?.declarations?.map(moduleOf).find(isPackage);
    return specifier !== undefined && !this.#isOwnModule(symbol) ? specifier : undefined;
  }

  /** An import of a package that turns out to be this project, or a workspace of it. */
  #isOwnModule(symbol) {
    const origin =
      symbol.flags & SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    const declarations = origin.declarations ?? [];
    return declarations.some((d) => this.#project.owns(d) && moduleOf(d) === undefined);
  }

  // --- Types -------------------------------------------------------------------------------------

  #orByType(answer, e) {
    return answer.settled ? answer : this.#byType(answer, e);
  }

  /** Adds the functions whose signatures the expression's type has. */
  #byType(answer, e) {
    // What callers hand in is unknown, whatever the type of the parameter.
    if (answer.unknown.has('parameter')) return answer;
    return this.#addType(answer, this.#checker.getTypeAtLocation(e));
  }

  #addType(answer, type, depth = 0) {
    const { Any, Undefined, Null, Never, Void, TypeParameter } = TypeFlags;
    if (!type || depth > 4 || type.flags & (Undefined | Null | Never | Void)) return answer;
    if (type.flags & Any) return answer.addUnknown('any');
    if (type.isUnion()) {
      for (const member of type.types) this.#addType(answer, member, depth + 1);
      return answer;
    }
    if (type.flags & TypeParameter) {
      const bound = this.#checker.getBaseConstraintOfType(type);
      if (!bound || bound === type) return answer.addUnknown('type parameter');
      return this.#addType(answer, bound, depth + 1);
    }
    return this.#addSignatures(answer, type);
  }

  #addSignatures(answer, type) {
    const signatures = [...type.getConstructSignatures(), ...type.getCallSignatures()];
    if (signatures.length === 0) return answer.addUnknown('no signature');
    const declared = type.symbol?.declarations?.find((d) => isClass(d) && this.#project.owns(d));
    if (declared) {
      answer.functions.set(declared, false);
      return answer;
    }
    for (const { declaration } of signatures) {
      if (!declaration) answer.addUnknown('synthetic signature');
      else if (!this.#project.owns(declaration)) answer.addExternal(type.symbol?.name ?? 'type');
      else this.#addSignature(answer, declaration);
    }
    return answer;
  }

  #addSignature(answer, declaration) {
    const bodies = isFunction(declaration) || isClass(declaration) ? [declaration] : [];
    const isOverload =
      ts.isFunctionDeclaration(declaration) ||
      ts.isMethodDeclaration(declaration) ||
      ts.isConstructorDeclaration(declaration);
    if (bodies.length === 0 && isOverload) {
      bodies.push(...(declaration.symbol?.declarations ?? []).filter(isFunction));
    }
    if (bodies.length === 0) answer.signatures.add(declaration);
    for (const body of bodies) {
      const node = ts.isConstructorDeclaration(body) ? body.parent : body;
      if (!answer.functions.has(node)) answer.functions.set(node, false);
    }
  }

  // --- Symbols and declarations ------------------------------------------------------------------

  #ofSymbol(symbol) {
    if (!(symbol.flags & SymbolFlags.Alias)) return this.#ofDeclarations(symbol);
    const origin = this.#checker.getAliasedSymbol(symbol);
    if (origin.escapedName !== 'unknown' && origin.declarations?.length) {
      return this.#ofDeclarations(origin);
    }
    for (const declaration of symbol.declarations ?? []) {
      const specifier = moduleOf(declaration);
      if (specifier !== undefined) {
        return isPackage(specifier) ? Answer.external(specifier) : Answer.unknown('no such module');
      }
      if (!ts.isImportClause(declaration)) return this.#ofDeclarations(symbol);
    }
    return Answer.unknown('alias');
  }

  #ofDeclarations(symbol) {
    const answer = new Answer();
    const declarations = new Set(symbol.declarations ?? []);
    if (symbol.valueDeclaration) declarations.add(symbol.valueDeclaration);
    if (declarations.size === 0) return answer.addUnknown('no declaration');
    const hasBody = [...declarations].some(isFunction);
    for (const declaration of declarations) {
      if (this.#project.owns(declaration))
        this.#addDeclaration(answer, declaration, symbol, hasBody);
      else if (!isTypeOnly(declaration)) this.#addForeign(answer, declaration, symbol);
    }
    this.#addAssigned(answer, symbol);
    this.#dropOverloads(answer);
    return answer;
  }

  #addForeign(answer, declaration, symbol) {
    const origin = originOf(declaration);
    answer.addExternal(`${origin}:${symbol.name.startsWith('"') ? 'module' : symbol.name}`);
    // A member of a package's interface: the project may implement it.
    const isInterface = ts.isMethodSignature(declaration) || ts.isPropertySignature(declaration);
    if (isInterface && !isBuiltIn(origin)) answer.weak = true;
  }

  #addAssigned(answer, symbol) {
    const values = this.#assigned.get(symbol);
    if (!values) return;
    const origins = [...answer.external].map((name) => name.slice(0, name.lastIndexOf(':')));
    if (origins.length > 0 && answer.functions.size === 0 && origins.every(isBuiltIn)) {
      // A built-in that the project patches: not every call meets the patch.
      answer.weak = true;
    } else if (!symbol.valueDeclaration || !parameterOf(symbol.valueDeclaration)) {
      for (const value of values) answer.add(this.of(value));
    }
  }

  /** A signature whose implementation was found says nothing more. */
  #dropOverloads(answer) {
    const implemented = new Set([...answer.functions.keys()].map((node) => node.symbol));
    for (const node of [...answer.signatures]) {
      if (node.symbol && implemented.has(node.symbol)) answer.signatures.delete(node);
    }
  }

  #addDeclaration(answer, node, symbol, hasBody) {
    if (isAccessor(node)) {
      // Calling what a getter returns.
      if (ts.isGetAccessor(node)) {
        this.#addType(answer, this.#checker.getTypeOfSymbolAtLocation(symbol, node));
      }
    } else if (isFunction(node) || isClass(node)) {
      answer.functions.set(ts.isConstructorDeclaration(node) ? node.parent : node, true);
    } else if (ts.isVariableDeclaration(node)) {
      if (node.initializer) answer.add(this.of(node.initializer));
      else if (!this.#assigned.has(symbol)) answer.addUnknown('variable');
    } else if (ts.isParameter(node)) {
      this.#addParameter(answer, node);
    } else if (ts.isBindingElement(node)) {
      this.#addBinding(answer, node, symbol);
    } else if (ts.isPropertyAssignment(node)) {
      answer.add(this.of(node.initializer));
    } else if (ts.isShorthandPropertyAssignment(node)) {
      const value = this.#checker.getShorthandAssignmentValueSymbol(node);
      if (value) answer.add(this.ofSymbol(value));
    } else if (ts.isPropertyDeclaration(node)) {
      if (node.initializer) answer.add(this.of(node.initializer));
      else answer.signatures.add(node);
    } else if (ts.isFunctionLike(node)) {
      // An overload, an abstract method, a signature in an interface or type.
      const isOverload = ts.isFunctionDeclaration(node) || ts.isClassElement(node);
      if (!isOverload || !hasBody) answer.signatures.add(node);
    } else {
      this.#addRareDeclaration(answer, node, symbol);
    }
  }

  #addRareDeclaration(answer, node, symbol) {
    if (ts.isExportAssignment(node)) {
      answer.add(this.of(node.expression));
    } else if (ts.isExportSpecifier(node)) {
      const local = this.#checker.getExportSpecifierLocalTargetSymbol(node);
      if (local && local !== symbol) answer.add(this.ofSymbol(local));
    } else if (ts.isSourceFile(node)) {
      // A module as a value: what it assigns to module.exports.
      const value = node.symbol?.exports?.get('export=');
      if (value && value !== symbol) answer.add(this.ofSymbol(value));
      else answer.addUnknown('module');
    } else if (ts.isPropertySignature(node) || (ts.isJSDocNode(node) && !isTypeOnly(node))) {
      answer.signatures.add(node);
    } else if (!isTypeOnly(node)) {
      const assignment = assignmentOf(node);
      const specifier = moduleOf(node);
      if (assignment) answer.add(this.of(assignment.right));
      else if (isPackage(specifier)) answer.addExternal(specifier);
      else answer.addUnknown(SyntaxKind[node.kind]);
    }
  }

  /** Callers decide; except in `new Promise((resolve) => …)`, which only code outside calls. */
  #addParameter(answer, node) {
    const holder = wrapped(node.parent).parent;
    const isHandedOver = ts.isCallExpression(holder) || ts.isNewExpression(holder);
    if (isHandedOver && !node.initializer && !typeWritten(node)) {
      const given = this.#addType(new Answer(), this.#checker.getTypeAtLocation(node.name));
      const onlyExternal = given.functions.size + given.signatures.size + given.unknown.size === 0;
      if (given.external.size > 0 && onlyExternal) {
        answer.add(given);
        return;
      }
    }
    answer.addUnknown('parameter');
  }

  /** `const { a: b } = x`: the property a of the type of x. */
  #addBinding(answer, node, symbol) {
    const name = nameText(node.propertyName ?? node.name);
    if (ts.isObjectBindingPattern(node.parent) && name !== undefined && !node.dotDotDotToken) {
      const type = this.#checker.getTypeAtLocation(node.parent);
      const property = this.#checker.getPropertyOfType(
        this.#checker.getNonNullableType(type),
        name,
      );
      if (property && property !== symbol) {
        const value = this.ofSymbol(property);
        answer.add(value);
        if (!value.empty) return;
      }
    }
    const initializer = variableOf(node)?.initializer;
    const origin = initializer && this.#packageOf(initializer);
    if (parameterOf(node)) answer.addUnknown('parameter');
    else if (origin !== undefined) answer.addExternal(origin);
    else answer.addUnknown('destructured');
  }
}

/** Where a declaration outside the project is from: `lib` (the language), or a package. */
function originOf(declaration) {
  const file = declaration.getSourceFile().fileName;
  if (/\/typescript\/lib\/lib\.[^/]*\.d\.ts$/.test(file)) return 'lib';
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'outside';
}
const isBuiltIn = (origin) => origin === 'lib' || origin === '@types/node';
