// What an expression may evaluate to, as far as calls are concerned: the functions and classes that
// the checker's symbols lead to, through variables, properties, imports and assignments.
import { Answer } from './answer.mjs';
import {
  assignmentOf,
  isAddedTo,
  isBuiltIn,
  isPackage,
  isTypeOnly,
  moduleOf,
  originOf,
  parameterOf,
  requiredModule,
  typeWritten,
  variableOf,
} from './bindings.mjs';
import {
  bare,
  baseOf,
  isAccessor,
  isClass,
  isFunction,
  memberName,
  nameText,
  wrapped,
} from './functions.mjs';
import { ts } from './project.mjs';
import { TypeReader } from './types.mjs';

const { SyntaxKind, SymbolFlags } = ts;

const isNothing = (e) =>
  e.kind === SyntaxKind.NullKeyword ||
  e.kind === SyntaxKind.FalseKeyword ||
  ts.isVoidExpression(e) ||
  ts.isLiteralExpression(e) ||
  (ts.isIdentifier(e) && e.text === 'undefined');

export class Values {
  #project;
  #checker;
  #types;
  #busy = new Set(); // Expressions and symbols under way: a cycle adds nothing.
  #assigned = new Map(); // Symbol -> what is assigned to it.

  constructor(project) {
    this.#project = project;
    this.#checker = project.checker;
    this.#types = new TypeReader(project);
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
      if (symbol && !this.#assigned.has(symbol)) this.#assigned.set(symbol, []);
      if (symbol) this.#assigned.get(symbol).push(node.right);
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
    while (ts.isPropertyAccessExpression(e) || ts.isElementAccessExpression(e)) {
      e = bare(e.expression);
    }
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
    return this.#types.add(answer, this.#checker.getTypeAtLocation(e));
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
      if (this.#project.owns(declaration)) {
        this.#addDeclaration(answer, declaration, symbol, hasBody);
      } else if (!isTypeOnly(declaration)) {
        this.#addForeign(answer, declaration, symbol);
      }
    }
    this.#addAssigned(answer, symbol);
    this.#dropOverloads(answer);
    return answer;
  }

  #addForeign(answer, declaration, symbol) {
    const origin = originOf(declaration);
    // Beside code of the project stands what its own package declares of that code.
    if (this.#project.isOfItsPackage(declaration)) {
      answer.addUnknown('own declarations');
      return;
    }
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
        this.#types.add(answer, this.#checker.getTypeOfSymbolAtLocation(symbol, node));
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
    } else if (!isTypeOnly(node) && !isAddedTo(node)) {
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
      const given = this.#types.add(new Answer(), this.#checker.getTypeAtLocation(node.name));
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
