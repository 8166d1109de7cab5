// Classes, what overrides what, and declared types.
export interface Shape {
  area(): number;
}
export class Square implements Shape {
  area() {
    return 1;
  }
}
abstract class Base {
  constructor(readonly name: string) {}
  abstract draw(): void;
  show() {
    this.draw(); //= this: unknown [draw]
    this.size(); //= this: size [size]
  }
  size() {}
  static make() {}
}
class Circle extends Base {
  draw() {
    super.size(); //= super: size
    this.show(); //= inherited: show
  }
  size() {}
}
class Dot extends Circle {
  constructor() {
    super('dot'); //= super: constructor
  }
}
new Circle('c'); //= new: constructor
new Dot(); //= new: constructor
new Square(); //= new: Square*
Base.make(); //= static: make

function over(n: number): void;
function over(s: string): void;
function over(_: unknown) {}
over(1); //= local: over

function use(shape: Shape, base: Base, square: Square, loose: any, maybe?: Circle) {
  shape.area(); //= instance: unknown [area]
  base.size(); //= instance: size [size]
  square.area(); //= instance: area
  loose.area(); //= instance: unknown
  maybe?.draw(); //= instance: draw
  maybe!.draw(); //= instance: draw
}
use(new Square(), new Dot(), new Square(), null); //= local: use | new: Square* | new: constructor | new: Square*

function tag(_: TemplateStringsArray) {}
tag`text`; //= tagged: tag
function sealed(_: Function, __: unknown) {}
function factory() {
  return sealed;
}
@sealed //= decorator: sealed
class Marked {}
@factory() //= local: factory
class Made {}
new Promise<void>((resolve) => resolve()); //= new: external (<anonymous>) | callback parameter: external
const pick = [new Dot(), new Circle('c')].find((c) => c.name === 'c'); //= new: constructor | new: constructor | instance: external (<anonymous>)
pick?.draw(); //= instance: draw
// prettier-ignore
export const both = () => {}, two = () => {};
both(); //= local: both
