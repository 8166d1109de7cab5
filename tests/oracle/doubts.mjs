// What the checker does not see: values that stand where it knows one only.
import { parameterOf, typeWritten, variableOf } from './bindings.mjs';
import { bare, isClass, isFunction, memberName, nameText, wrapped } from './functions.mjs';
import { ts } from './project.mjs';

export class Doubts {
  #project;
  #checker;
  #values;

  constructor(project, values) {
    this.#project = project;
    this.#checker = project.checker;
    this.#values = values;
  }

  #receiver(callee) {
    if (!ts.isPropertyAccessExpression(callee)) return undefined;
    const e = bare(callee.expression);
    return this.#values.symbolAt(ts.isIdentifier(e) ? e : memberName(e));
  }

  /**
   * `let x = new A(); x = new B(); x.m()`: the checker knows A's m only; B's is no error. Returns
   * the methods of what is assigned.
   */
  assignedLater(callee) {
    const receiver = this.#receiver(callee);
    const declaration = receiver?.valueDeclaration;
    if (!declaration || typeWritten(declaration)) return [];
    return this.#values.assignedTo(receiver).flatMap((value) => {
      const type = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(value));
      const property = this.#checker.getPropertyOfType(type, callee.name.text);
      if (!property || property === this.#values.symbolAt(callee.name)) return [];
      return [...this.#values.ofSymbol(property).functions.keys()].filter((n) => !isClass(n));
    });
  }

  /**
   * `[{ m() {} }, { m() {} }]`, `{ a: { m() {} }, b: { m() {} } }`: the checker gives all elements
   * one type and keeps one of the declarations. Where an element is reached without saying which
   * (a[i], for…of, a callback's parameter), the others are possible too: returns them all, or
   * undefined where `callee` is no such call.
   */
  otherElements(callee, nodes) {
    if (nodes.length === 0 || !this.#isAnyElement(callee)) return undefined;
    const found = nodes.flatMap((node) => this.#elementsBeside(node) ?? []);
    const isElement = nodes.some((node) => this.#elementsBeside(node) !== undefined);
    return isElement || ts.isIdentifier(callee) ? found : undefined;
  }

  /** The methods of that name in the list or map of literals that `node` is a method in. */
  #elementsBeside(node) {
    const member = ts.isPropertyAssignment(node.parent) ? node.parent : node;
    const literal = member.parent;
    if (!member.name || !ts.isObjectLiteralExpression(literal)) return undefined;
    const holder = wrapped(literal).parent;
    const name = nameText(member.name);
    if (ts.isArrayLiteralExpression(holder)) {
      return holder.elements.flatMap((element) => this.#membersOf(element, name));
    }
    const isMap = ts.isPropertyAssignment(holder) && ts.isObjectLiteralExpression(holder.parent);
    if (!isMap) return undefined;
    return holder.parent.properties.flatMap((p) => this.#membersOf(p.initializer, name));
  }

  #membersOf(element, name) {
    const literal = element && bare(element);
    if (!literal || !ts.isObjectLiteralExpression(literal)) return [];
    const members = literal.properties.filter((p) => p.name && nameText(p.name) === name);
    return members.flatMap((m) => {
      if (isFunction(m)) return [m];
      return ts.isPropertyAssignment(m) ? [...this.#values.of(m.initializer).functions.keys()] : [];
    });
  }

  /** The callee is reached through some element of a list or map, or through untyped hands. */
  #isAnyElement(callee, depth = 0) {
    const e = bare(callee);
    if (depth > 8) return false;
    if (ts.isElementAccessExpression(e) && !memberName(e)) return true;
    if (ts.isPropertyAccessExpression(e) || ts.isElementAccessExpression(e)) {
      return this.#isAnyElement(e.expression, depth + 1);
    }
    if (ts.isCallExpression(e)) {
      const { declaration } = this.#checker.getResolvedSignature(e) ?? {};
      return (
        !declaration ||
        !this.#project.owns(declaration) ||
        this.#isAnyElement(e.expression, depth + 1)
      );
    }
    return ts.isIdentifier(e) && this.#isElementVariable(this.#values.symbolAt(e), depth);
  }

  #isElementVariable(symbol, depth) {
    const declaration = symbol?.valueDeclaration;
    // `f()` itself must be taken out of something; `f.m()` may have f from anywhere.
    if (!declaration || (depth === 0 && !ts.isBindingElement(declaration))) return false;
    const holder = parameterOf(declaration) ?? variableOf(declaration);
    if (!holder || typeWritten(holder)) return false;
    if (ts.isParameter(holder) || ts.isForOfStatement(holder.parent.parent)) return true;
    return !!holder.initializer && this.#isAnyElement(holder.initializer, depth + 1);
  }

  /** In JavaScript, `x = param || {}` has the type of {}, but callers may hand in their own. */
  mayBeReplaced(callee) {
    const isTyped = /\.[cm]?tsx?$/.test(callee.getSourceFile().fileName);
    const receiver = isTyped ? undefined : this.#receiver(callee);
    return receiver !== undefined && this.#isDefaulted(receiver);
  }

  #isDefaulted(symbol, depth = 0) {
    const declaration = symbol?.valueDeclaration;
    if (!declaration || depth > 3) return false;
    const parameter = parameterOf(declaration);
    if (parameter && !typeWritten(parameter)) return !!declaration.initializer;
    const isPlain = ts.isVariableDeclaration(declaration) && !declaration.type;
    const values = isPlain && declaration.initializer ? [declaration.initializer] : [];
    return [...values, ...this.#values.assignedTo(symbol)].some((value) => {
      let e = bare(value);
      while (ts.isBinaryExpression(e)) e = bare(e.left);
      if (ts.isIdentifier(e)) return this.#isDefaulted(this.#values.symbolAt(e), depth + 1);
      if (!ts.isPropertyAccessExpression(e)) return false;
      while (ts.isPropertyAccessExpression(e)) e = bare(e.expression);
      const root = ts.isIdentifier(e) ? this.#values.symbolAt(e)?.valueDeclaration : undefined;
      const handed = root && parameterOf(root);
      return !!handed && !typeWritten(handed);
    });
  }
}
