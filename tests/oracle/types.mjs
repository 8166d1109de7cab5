// From a type to the functions whose signatures it has.
import { isClass, isFunction } from './functions.mjs';
import { ts } from './project.mjs';

const { TypeFlags } = ts;

export class TypeReader {
  #project;
  #checker;

  constructor(project) {
    this.#project = project;
    this.#checker = project.checker;
  }

  /** Adds to `answer` what calling or constructing a value of this type may run. */
  add(answer, type, depth = 0) {
    const { Any, Undefined, Null, Never, Void, TypeParameter } = TypeFlags;
    if (!type || depth > 4 || type.flags & (Undefined | Null | Never | Void)) return answer;
    if (type.flags & Any) return answer.addUnknown('any');
    if (type.isUnion()) {
      for (const member of type.types) this.add(answer, member, depth + 1);
      return answer;
    }
    if (type.flags & TypeParameter) {
      const bound = this.#checker.getBaseConstraintOfType(type);
      if (!bound || bound === type) return answer.addUnknown('type parameter');
      return this.add(answer, bound, depth + 1);
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
      else if (this.#project.owns(declaration)) this.#addSignature(answer, declaration);
      else if (this.#project.isOfItsPackage(declaration)) answer.addUnknown('own declarations');
      else answer.addExternal(type.symbol?.name ?? 'type');
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
}
