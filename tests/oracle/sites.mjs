// The answers: every call site of a project, with the declarations that the checker resolves it to.
import {
  declarationOf,
  isClass,
  isFunction,
  bare,
  baseOf,
  memberName,
  nameText,
} from './functions.mjs';
import { wrapped } from './functions.mjs';
import { Hierarchy } from './hierarchy.mjs';
import { kindOf } from './kinds.mjs';
import { openProject, placeOf, ts } from './project.mjs';
import { Answer, parameterOf, typeWritten, Values, variableOf } from './values.mjs';

const { SyntaxKind } = ts;

/**
 * Answers of a project: `files` (judged), `broken`, `functions` and `classes` (which lines are
 * declarations at all) and `sites`, each
 *   file, line, col   where the callee's last name begins; `start`: where the expression begins
 *   form              call, new, tagged, jsx, decorator, or import (require too)
 *   kind              of call: see kinds.mjs
 *   callee            as written, shortened
 *   targets           [{file, lines, names, line, name, implicit?}]: what it runs, one or more
 *   alternatives      what it may run as well: overriding methods, values assigned later;
 *                     `applied`: f in `f.call()`; `handed`: functions that are arguments
 *   open              there may be further targets; `weak`: external, but the project may stand in
 *   external, unknown where it leads otherwise, or why nobody knows
 */
export function answersOf(root) {
  const project = openProject(root);
  const writer = new SiteWriter(project);
  for (const file of project.judged) writer.visit(file);
  return {
    files: project.judged.map((file) => project.fileOf(file)),
    broken: project.broken,
    functions: writer.functions,
    classes: writer.classes,
    sites: writer.sites,
  };
}

/** Form and callee of a node that calls something; undefined for all others. */
function callIn(node) {
  if (ts.isCallExpression(node)) {
    const callee = bare(node.expression);
    if (callee.kind === SyntaxKind.ImportKeyword) return { form: 'import', callee };
    return { form: 'call', callee };
  }
  if (ts.isNewExpression(node)) return { form: 'new', callee: bare(node.expression) };
  if (ts.isTaggedTemplateExpression(node)) return { form: 'tagged', callee: bare(node.tag) };
  if (ts.isDecorator(node)) {
    const callee = bare(node.expression);
    return ts.isCallExpression(callee) ? undefined : { form: 'decorator', callee };
  }
  if (ts.isJsxOpeningElement(node) || ts.isJsxSelfClosingElement(node)) {
    const { tagName: callee } = node;
    const isIntrinsic = ts.isIdentifier(callee) && /^[a-z]/.test(callee.text);
    return isIntrinsic ? undefined : { form: 'jsx', callee };
  }
  return undefined;
}

const lastName = (callee) =>
  ts.isElementAccessExpression(callee) ? callee.argumentExpression : (memberName(callee) ?? callee);

/** `a.b.c` as written; other parts of the chain as (). */
function textOf(e) {
  const node = bare(e);
  if (ts.isIdentifier(node)) return node.text;
  if (node.kind === SyntaxKind.ThisKeyword) return 'this';
  if (node.kind === SyntaxKind.SuperKeyword) return 'super';
  if (ts.isPropertyAccessExpression(node)) return `${textOf(node.expression)}.${node.name.text}`;
  if (ts.isElementAccessExpression(node)) return `${textOf(node.expression)}[]`;
  return '()';
}

class SiteWriter {
  functions = [];
  classes = [];
  sites = [];
  #project;
  #checker;
  #values;
  #hierarchy;

  constructor(project) {
    this.#project = project;
    this.#checker = project.checker;
    this.#values = new Values(project);
    this.#hierarchy = new Hierarchy(project, this.#values);
  }

  visit(node) {
    if (isFunction(node) || isClass(node)) {
      const { name, lines } = declarationOf(node);
      const list = isClass(node) ? this.classes : this.functions;
      list.push({ file: this.#project.fileOf(node), name, lines: [...lines] });
    }
    const call = callIn(node);
    if (call && isRequire(call, this.#values)) call.form = 'import';
    if (call) this.#write(node, call);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  #write(node, { form, callee }) {
    const answer = this.#answer(node, form, callee);
    const nodes = [...answer.functions.keys()];
    const targets = this.#targets(nodes);
    const others = new Targets(this.#targets(this.#hierarchy.overriding(callee, answer)), targets);
    const reassigned = this.#reassigned(callee, targets, others);
    const siblings = nodes.length > 0 && this.#siblings(callee, nodes, others);
    const isUnsure = answer.unknown.size > 0 || answer.signatures.size > 0;
    const bySignature = nodes.some((n) => !answer.functions.get(n));
    this.sites.push({
      file: this.#project.fileOf(node),
      ...placeOf(lastName(callee)),
      start: placeOf(node),
      form,
      kind: kindOf({ node, form, callee, nodes }, this.#project, this.#values),
      callee: textOf(callee).slice(-100),
      targets,
      alternatives: others.list,
      applied: this.#applied(callee, targets),
      handed: this.#handed(node),
      open: targets.length > 0 && (reassigned || siblings || isUnsure || bySignature),
      ...this.#outcome(answer, targets, callee),
    });
  }

  #answer(node, form, callee) {
    if (form === 'import') return Answer.external('import');
    const isSuper = callee.kind === SyntaxKind.SuperKeyword;
    const base = isSuper && baseOf(ts.findAncestor(node, isClass) ?? node);
    const answer = isSuper
      ? base
        ? this.#values.of(base)
        : new Answer()
      : this.#values.of(callee);
    // Classes cannot be called without new.
    if (form === 'call' && !isSuper) {
      for (const n of answer.functions.keys()) if (isClass(n)) answer.functions.delete(n);
    }
    return answer;
  }

  #outcome(answer, targets, callee) {
    if (targets.length > 0) return {};
    const { external, unknown, signatures } = answer;
    if (external.size === 0 || signatures.size > 0 || unknown.has('parameter')) {
      return { unknown: signatures.size > 0 ? 'signature' : ([...unknown].sort()[0] ?? 'nothing') };
    }
    const weak = answer.weak || this.#mayBeReplaced(callee);
    return { external: [...external][0], ...(weak && { weak }) };
  }

  // --- Targets -----------------------------------------------------------------------------------

  #targets(nodes) {
    const seen = new Set();
    return nodes
      .map((node) => this.#target(node))
      .filter(({ id }) => !seen.has(id) && seen.add(id));
  }

  /** A class stands for the constructor that runs; `implicit` if it has none. */
  #target(node) {
    const runs = this.#values.constructorOf(node) ?? node;
    const { name, line, lines } = declarationOf(runs);
    const target = {
      // An export tells functions apart by line and name, no further.
      id: `${this.#project.fileOf(runs)}:${line}:${name}`,
      name,
      line,
      file: this.#project.fileOf(runs),
      names: [name],
      places: [...lines].map((l) => [this.#project.fileOf(runs), l]),
    };
    if (isClass(runs)) target.implicit = true;
    for (const owner of [node, runs.parent]) {
      if (isClass(runs) || !owner || !isClass(owner) || !ts.isConstructorDeclaration(runs))
        continue;
      const { line: at, name: className } = declarationOf(owner);
      target.places.push([this.#project.fileOf(owner), at]);
      target.names.push(className);
    }
    return target;
  }

  #applied(callee, targets) {
    const isApply =
      ts.isPropertyAccessExpression(callee) && /^(call|apply|bind)$/.test(callee.name.text);
    if (!isApply || targets.length > 0) return [];
    return this.#targets([...this.#values.of(callee.expression).functions.keys()]);
  }

  #handed(node) {
    const found = [];
    for (const argument of node.arguments ?? []) {
      const e = bare(ts.isSpreadElement(argument) ? argument.expression : argument);
      if (isFunction(e)) found.push(e);
      const isNamed = ts.isIdentifier(e) || ts.isPropertyAccessExpression(e);
      const isBound = ts.isCallExpression(e) && memberName(bare(e.expression))?.text === 'bind';
      if (!isNamed && !isBound) continue;
      for (const [n, sure] of this.#values.of(e).functions) if (sure) found.push(n);
    }
    return this.#targets(found);
  }

  // --- What the checker does not see -------------------------------------------------------------

  #receiver(callee) {
    if (!ts.isPropertyAccessExpression(callee)) return undefined;
    const e = bare(callee.expression);
    return this.#values.symbolAt(ts.isIdentifier(e) ? e : memberName(e));
  }

  /** `let x = new A(); x = new B(); x.m()`: the checker knows A's m only; B's is no error. */
  #reassigned(callee, targets, others) {
    const receiver = this.#receiver(callee);
    const declaration = receiver?.valueDeclaration;
    if (!declaration || typeWritten(declaration)) return false;
    let found = false;
    for (const value of this.#values.assignedTo(receiver)) {
      const type = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(value));
      const property = this.#checker.getPropertyOfType(type, callee.name.text);
      if (!property || property === this.#values.symbolAt(callee.name)) continue;
      const nodes = [...this.#values.ofSymbol(property).functions.keys()];
      const added = others.add(this.#targets(nodes.filter((n) => !isClass(n))));
      found ||= added;
    }
    return found;
  }

  /**
   * `[{ m() {} }, { m() {} }]`, `{ a: { m() {} }, b: { m() {} } }`: the checker gives all elements
   * one type and keeps one of the declarations. Where an element is reached without saying which
   * (a[i], for…of, a callback's parameter), the others are possible too.
   */
  #siblings(callee, nodes, others) {
    if (!this.#isAnyElement(callee)) return false;
    let found = ts.isIdentifier(callee);
    for (const node of nodes) {
      const member = ts.isPropertyAssignment(node.parent) ? node.parent : node;
      const literal = member.parent;
      if (!member.name || !ts.isObjectLiteralExpression(literal)) continue;
      const holder = wrapped(literal).parent;
      const isList = ts.isArrayLiteralExpression(holder);
      const isMap = ts.isPropertyAssignment(holder) && ts.isObjectLiteralExpression(holder.parent);
      if (!isList && !isMap) continue;
      found = true;
      const elements = isList
        ? holder.elements
        : holder.parent.properties.map((p) => p.initializer);
      for (const element of elements) {
        others.add(this.#targets(this.#membersOf(element, nameText(member.name))));
      }
    }
    return found;
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
    if (!ts.isIdentifier(e)) return false;
    const declaration = this.#values.symbolAt(e)?.valueDeclaration;
    if (!declaration) return false;
    const parameter = parameterOf(declaration);
    if (parameter)
      return !typeWritten(parameter) && (depth > 0 || ts.isBindingElement(declaration));
    const variable = variableOf(declaration);
    if (depth === 0 && !ts.isBindingElement(declaration)) return false;
    if (!variable || typeWritten(variable)) return false;
    if (variable.parent?.parent && ts.isForOfStatement(variable.parent.parent)) return true;
    return !!variable.initializer && this.#isAnyElement(variable.initializer, depth + 1);
  }

  /** In JavaScript, `x = param || {}` has the type of {}, but callers may hand in their own. */
  #mayBeReplaced(callee) {
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

/** Further targets, without those that are targets already. */
class Targets {
  list = [];
  #known;
  constructor(list, targets) {
    this.#known = new Set(targets.map(({ id }) => id));
    this.add(list);
  }
  /** Whether one of them is not among the site's targets. */
  add(list) {
    const fresh = list.filter(({ id }) => !this.#known.has(id));
    for (const target of fresh)
      if (!this.list.some(({ id }) => id === target.id)) this.list.push(target);
    return fresh.length > 0;
  }
}

/** `require('x')` of Node: no function of that name in the project. */
function isRequire({ form, callee }, values) {
  const isNamed = form === 'call' && ts.isIdentifier(callee) && callee.text === 'require';
  return isNamed && values.of(callee).functions.size === 0;
}
