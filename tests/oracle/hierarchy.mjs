// Which classes extend or implement which, for calls that an overriding method may answer.
import { isClass, isFunction, memberName, nameText } from './functions.mjs';
import { ts } from './project.mjs';

const isStatic = (node) => !!(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static);

export class Hierarchy {
  #project;
  #values;
  #derived = new Map(); // Declaration of a class or interface -> those that name it as their base.

  constructor(project, values) {
    this.#project = project;
    this.#values = values;
    for (const file of project.own) this.#collect(file);
  }

  /**
   * Methods of derived classes that `callee` (`x.m`) may run in place of its declared targets, and
   * the implementations of the interface or abstract members that it names.
   */
  overriding(callee, answer) {
    const name = memberName(callee);
    if (!name || callee.expression.kind === ts.SyntaxKind.SuperKeyword) return [];
    const owners = [...answer.functions.keys()].map(ownerOf).filter(Boolean);
    for (const signature of answer.signatures) if (signature.parent) owners.push(signature.parent);
    for (const declaration of this.#values.symbolAt(name)?.declarations ?? []) {
      const isForeign = declaration.parent && !this.#project.owns(declaration);
      if (answer.external.size > 0 && isForeign) owners.push(declaration.parent);
    }
    const merged = owners.flatMap((owner) => [owner, ...(owner.symbol?.declarations ?? [])]);
    const classes = new Set();
    for (const owner of merged) this.#addDerived(owner, classes);
    return [...classes].filter(isClass).flatMap((c) => this.#methodsOf(c, name.text));
  }

  #collect(node) {
    if (isClass(node) || ts.isInterfaceDeclaration(node)) {
      const bases = (node.heritageClauses ?? []).flatMap((clause) => [...clause.types]);
      for (const tag of ts.getJSDocImplementsTags(node)) bases.push(tag.class);
      const extended = ts.getJSDocAugmentsTag(node);
      if (extended) bases.push(extended.class);
      for (const declaration of bases.flatMap((base) => this.#declarationsOf(base))) {
        if (!this.#derived.has(declaration)) this.#derived.set(declaration, new Set());
        this.#derived.get(declaration).add(node);
      }
    }
    ts.forEachChild(node, (child) => this.#collect(child));
  }

  #declarationsOf(base) {
    const type = this.#project.checker.getTypeAtLocation(base);
    const types = type.isUnionOrIntersection() ? type.types : [type];
    const found = types
      .flatMap((t) => t.symbol?.declarations ?? [])
      .filter((d) => isClass(d) || ts.isInterfaceDeclaration(d) || ts.isFunctionDeclaration(d));
    return found.length > 0 ? found : [...this.#values.of(base.expression).functions.keys()];
  }

  #addDerived(declaration, classes) {
    for (const derived of this.#derived.get(declaration) ?? []) {
      if (classes.has(derived)) continue;
      classes.add(derived);
      for (const d of derived.symbol?.declarations ?? [derived]) this.#addDerived(d, classes);
    }
  }

  #methodsOf(node, name) {
    for (const member of node.members) {
      if (!member.name || nameText(member.name) !== name || isStatic(member)) continue;
      if (ts.isMethodDeclaration(member) && isFunction(member)) return [member];
      if (!ts.isPropertyDeclaration(member) || !member.initializer) continue;
      return [...this.#values.of(member.initializer).functions.keys()].filter(isFunction);
    }
    return [];
  }
}

/** The class whose (non-static) method, or field with a function, `node` is. */
function ownerOf(node) {
  const member = node.parent && ts.isPropertyDeclaration(node.parent) ? node.parent : node;
  const owner = member.parent;
  return owner && isClass(owner) && isFunction(node) && !isStatic(member) ? owner : undefined;
}
