// Edits of code with types: annotations, generics, interfaces, comments with types, hierarchies.

#include <algorithm>

#include "tests/support/random_edits.h"

namespace dg {
namespace {

/// Where a type is written in a source: behind `: ` up to what ends it.
std::vector<std::pair<std::size_t, std::size_t>> annotations(const std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t at = text.find(": "); at != std::string::npos; at = text.find(": ", at + 1)) {
    const std::size_t end = text.find_first_of(",;){=\n", at + 2);
    if (end != std::string::npos && end > at + 2) found.emplace_back(at + 2, end);
  }
  return found;
}

}  // namespace

std::string Sources::any_type(Random& random) const {
  const std::string name = any_name(random);
  switch (random.below(12)) {
    case 0:
      return name + "[]";
    case 1:
      return "Promise<" + name + ">";
    case 2:
      return "Map<string, " + name + ">";
    case 3:
      return name + " | " + any_name(random);
    case 4:
      return "Box<" + name + ">";
    case 5:
      return "ReturnType<typeof " + name + ">";
    case 6:
      return "(item: " + name + ") => " + any_name(random);
    case 7:
      return "Named & " + name;
    case 8:
      return "{ run(): " + name + " }";
    default:
      return name;
  }
}

std::string Sources::new_typed_function(bool typescript, Random& random) const {
  const std::string name = "t" + std::to_string(random.below(20));
  const std::string body = "{\n  const made = " + any_name(random) +
                           "(given);\n  made.run();\n  given.run();\n  given.items.forEach((i) => "
                           "i.stop());\n  return made;\n}\n";
  if (!typescript) {
    return "/**\n * @param {" + any_type(random) + "} given\n * @returns {" + any_type(random) +
           "}\n */\nexport function " + name + "(given) " + body;
  }
  switch (random.below(4)) {
    case 0:
      return "export function " + name + "<T extends " + any_name(random) + ">(given: T): Box<T> " +
             body;
    case 1:
      return "export const " + name + " = async (given: " + any_type(random) + "): Promise<" +
             any_name(random) + "> => " + body;
    case 2:
      return "export function " + name + "(given: string): void;\nexport function " + name +
             "(given: " + any_type(random) + "): " + any_type(random) + ";\nexport function " +
             name + "(given: any): any " + body;
    default:
      return "export function " + name + "(given: " + any_type(random) + "): " + any_type(random) +
             " " + body;
  }
}

std::string Sources::new_type(Random& random) const {
  const std::string name = "T" + std::to_string(random.below(8));
  switch (random.below(4)) {
    case 0:
      return "export type " + name + " = " + any_type(random) + ";\n";
    case 1:
      return "export type " + name + "<T> = { item: T; run(): " + any_type(random) + " };\n";
    case 2:
      return "export namespace " + name + "Space {\n  export function run(): " + any_type(random) +
             " { return " + any_name(random) + "(); }\n}\n";
    default:
      return "export interface " + name + (random.below(2) == 0 ? "" : " extends Named") +
             " {\n  run(): " + any_type(random) + ";\n  item: " + any_type(random) + ";\n}\n";
  }
}

std::string Sources::new_typed_class(Random& random) const {
  const std::string name = "K" + std::to_string(random.below(12));
  std::string text = random.below(4) == 0 ? "export abstract class " : "export class ";
  text += name;
  if (random.below(3) == 0) text += "<T extends " + any_name(random) + ">";
  if (random.below(2) == 0) text += " extends " + any_name(random);
  if (random.below(3) == 0) text += "<" + any_name(random) + ">";
  if (random.below(3) == 0) text += " implements " + any_name(random) + ", Named";
  text += " {\n  items: " + any_type(random) + ";\n";
  text += "  constructor(private field: " + any_type(random) + ") { super(field); }\n";
  text += "  static of(): " + any_type(random) + " { return new this(null); }\n";
  text += "  get first(): " + any_type(random) + " { return this.items[0]; }\n";
  text += "  run(): " + any_type(random) + " { this.field.run(); return this.first.run(); }\n";
  if (random.below(2) == 0) text += "  stop() { super.run(); " + name + ".of().stop(); }\n";
  return text + "}\n";
}

/// One annotation, or a member of a class or interface, becomes another.
std::string Sources::retyped(std::string text, Random& random) const {
  const auto places = annotations(text);
  if (places.empty()) return text + "// nothing to type\n";
  const auto [begin, end] = random.of(places);
  const std::string type = any_type(random);
  return text.replace(begin, end - begin, random.below(6) == 0 ? "any" : type);
}

void Sources::edit_types(const Edit& edit, Random& random, Done& done) {
  const std::string path = any_path(random);
  if (path.empty()) return;
  const bool typescript = path.ends_with(".ts") || path.ends_with(".tsx");
  done.what = "types in";
  if (edit.kind == EditKind::change_type) {
    change(path, retyped(files_.at(path), random), done);
  } else if (edit.kind == EditKind::insert_type && typescript) {
    insert(path, new_type(random), random, done);
  } else if (edit.kind == EditKind::insert_typed_class && typescript) {
    insert(path, new_typed_class(random), random, done);
  } else {
    insert(path, new_typed_function(typescript, random), random, done);
  }
}

Sources typed_project() {
  Sources sources;
  sources.set("box.ts",
              "export interface Named { name: string; run(): Named }\n\n"
              "export class Box<T> {\n  items: T[] = [];\n  constructor(public first: T) {}\n"
              "  get(): T { return this.first; }\n"
              "  map<U>(f: (item: T) => U): Box<U> { return new Box(f(this.first)); }\n}\n\n"
              "export type Maker<T> = (name: string) => Box<T>;\n");
  sources.set("base.ts",
              "import { Box, Named } from './box';\n\n"
              "export abstract class Base implements Named {\n  name = '';\n"
              "  constructor(protected box: Box<Base>) {}\n"
              "  run(): Base { this.stop(); return this; }\n  abstract stop(): void;\n"
              "  static of(name: string): Base { return make(name).get(); }\n}\n\n"
              "export function make(name: string): Box<Derived> { return new Box(new "
              "Derived(null)); }\n\n"
              "export class Derived extends Base {\n  stop() { this.box.get().run(); }\n"
              "  own(): Derived[] { return [this]; }\n}\n");
  sources.set("index.ts",
              "export * from './base';\nexport * from './box';\n"
              "export type { Named as Title } from './box';\n");
  sources.set("src/use.ts",
              "import { Base, Derived, make, Box, Named, Maker } from '../index';\n\n"
              "export function each(list: Map<string, Base>, f: (b: Base) => void): void {\n"
              "  for (const [k, b] of list) f(b);\n  list.get('k').run().stop();\n}\n\n"
              "export const go = async (maker: Maker<Derived>): Promise<Derived> => {\n"
              "  const made = maker('x');\n  made.map((d) => d.own()[0].stop());\n"
              "  each(new Map(), (b) => b.run());\n  return made.get();\n};\n\n"
              "export class Kept<T extends Named> {\n  private held: T;\n"
              "  last(): T { return this.held; }\n  all() { return this.last().run(); }\n}\n\n"
              "go(make).then((d) => d.stop());\n");
  sources.set("src/deep/more.ts",
              "import { Kept, go } from '../use';\nimport type { Base } from '~/base';\n\n"
              "export class Third extends Kept<Base> {\n  all() { super.all(); return "
              "this.last().run(); }\n}\n\n"
              "export const third: Third = new Third();\nthird.all().stop();\n");
  sources.set("plain.js",
              "import { make } from './base';\n\n"
              "/** @typedef {import('./base').Derived} Derived */\n\n"
              "/**\n * @param {Derived} given\n * @returns {import('./box').Box<Derived>}\n */\n"
              "export function wrap(given) { given.own(); return make('x'); }\n\n"
              "/** @type {Map<string, Derived>} */\nconst known = new Map();\n"
              "known.get('x').stop();\nwrap(null).get().run();\n");
  return sources;
}

}  // namespace dg
