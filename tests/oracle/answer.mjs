// What is known of a callee.

/**
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
