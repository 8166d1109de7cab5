// The answers: every call site of a project, with the declarations that the checker resolves it to.
import { Answer } from './answer.mjs';
import { Doubts } from './doubts.mjs';
import { bare, baseOf, declarationOf, isClass, isFunction, memberName } from './functions.mjs';
import { Hierarchy } from './hierarchy.mjs';
import { kindOf } from './kinds.mjs';
import { openProject, placeOf, ts } from './project.mjs';
import { Values } from './values.mjs';

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
  #doubts;

  constructor(project) {
    this.#project = project;
    this.#checker = project.checker;
    this.#values = new Values(project);
    this.#hierarchy = new Hierarchy(project, this.#values);
    this.#doubts = new Doubts(project, this.#values);
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
    const isFurther = ({ id }) => !targets.some((target) => target.id === id);
    const assigned = this.#doubts.assignedLater(callee);
    const elements = this.#doubts.otherElements(callee, nodes);
    const others = [
      ...this.#hierarchy.overriding(callee, answer),
      ...assigned,
      ...(elements ?? []),
    ];
    const isDoubtful = elements !== undefined || this.#targets(assigned).some(isFurther);
    const isPartial = answer.unknown.size > 0 || answer.signatures.size > 0;
    const isBySignature = nodes.some((n) => !answer.functions.get(n));
    this.sites.push({
      file: this.#project.fileOf(node),
      ...placeOf(lastName(callee)),
      start: placeOf(node),
      form,
      kind: kindOf({ form, callee, nodes }, this.#project, this.#values),
      callee: textOf(callee).slice(-100),
      targets,
      alternatives: this.#targets(others).filter(isFurther),
      applied: this.#applied(callee, targets),
      handed: this.#handed(node),
      open: targets.length > 0 && (isDoubtful || isPartial || isBySignature),
      ...this.#outcome(answer, targets, callee),
    });
  }

  #answer(node, form, callee) {
    if (form === 'import') return Answer.external('import');
    if (callee.kind === SyntaxKind.SuperKeyword) {
      const base = baseOf(ts.findAncestor(node, isClass) ?? node);
      return base ? this.#values.of(base) : new Answer();
    }
    const answer = this.#values.of(callee);
    // Classes cannot be called without new.
    if (form === 'call') {
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
    const weak = answer.weak || this.#doubts.mayBeReplaced(callee);
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
}

/** `require('x')` of Node: no function of that name in the project. */
function isRequire({ form, callee }, values) {
  const isNamed = form === 'call' && ts.isIdentifier(callee) && callee.text === 'require';
  return isNamed && values.of(callee).functions.size === 0;
}
