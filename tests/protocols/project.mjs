// A small project of its own for a test, and the program as a client starts it. Neither meets the
// person who runs the tests: home and sockets are in the same temporary folder.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** `--program FILE` of the command line, as ctest gives it. */
export const program = process.env.DELTAGRAPH_PROGRAM ?? 'deltagraph';

const sources = {
  'package.json': '{"name": "shop", "version": "1.0.0"}\n',
  'src/cart.js': `/** What somebody buys. */
export class Cart {
  constructor(items) {
    this.items = items;
  }

  /** The price of all items. */
  total(rate) {
    return this.items.reduce((sum, item) => sum + item.price * rate, 0);
  }
}

export function pay(cart, rate) {
  return cart.total(rate);
}
`,
  'src/checkout.js': `import { Cart, pay } from './cart.js';

export function checkout(items) {
  const cart = new Cart(items);
  const due = pay(cart, 1.2);
  return due;
}

export function quote(items) {
  return pay(new Cart(items), 1);
}
`,
  'src/shop.js': `import { checkout } from './checkout.js';

export function order(items) {
  return checkout(items);
}
`,
};

export class Project {
  constructor(files = sources) {
    this.base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'deltagraph-protocols-')));
    this.root = path.join(this.base, 'shop');
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    fs.mkdirSync(path.join(this.base, 'run'), { mode: 0o700 });
    this.env = {
      PATH: process.env.PATH,
      HOME: this.base,
      XDG_RUNTIME_DIR: path.join(this.base, 'run'),
      XDG_STATE_HOME: path.join(this.base, 'state'),
    };
  }

  file(name) {
    return path.join(this.root, name);
  }
  read(name) {
    return fs.readFileSync(this.file(name), 'utf8');
  }
  /** As an editor saves: another file takes the place of the old one. */
  write(name, text) {
    fs.mkdirSync(path.dirname(this.file(name)), { recursive: true });
    fs.writeFileSync(this.file(name + '.tmp'), text);
    fs.renameSync(this.file(name + '.tmp'), this.file(name));
  }
  replace(name, from, to) {
    const text = this.read(name);
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    this.write(name, text.replaceAll(from, to));
  }

  /** One run of the command line; its standard output. */
  run(...words) {
    return execFileSync(program, words, { cwd: this.root, env: this.env, encoding: 'utf8' });
  }
  status() {
    return JSON.parse(this.run('status', '--json'));
  }
  git(...words) {
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
    return execFileSync('git', [...who, ...words], { cwd: this.root, env: this.env });
  }
  commitAll() {
    this.git('init', '-q', '.');
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'all');
  }

  /** How a client starts a server in this project. */
  server(...words) {
    return { command: program, args: words, cwd: this.root, env: this.env };
  }

  /** Ends the project's service and removes the folder. */
  end() {
    try {
      this.run('stop');
    } catch {
      // None runs.
    }
    fs.rmSync(this.base, { recursive: true, force: true });
  }
}

/**
 * The program's bare standard input and output, for what a well-behaved client never sends. Waiting
 * has no time limit of its own: the test runner has one.
 */
export class Raw {
  constructor(project, ...words) {
    const { command, args, cwd, env } = project.server(...words);
    this.child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.lines = [];
    this.waiting = [];
    this.out = '';
    this.err = '';
    this.child.stdin.on('error', () => {}); // The other side may have left.
    this.child.stdout.setEncoding('utf8');
    this.child.stdout.on('data', (text) => {
      this.out += text;
      for (let end = this.out.indexOf('\n'); end >= 0; end = this.out.indexOf('\n')) {
        this.lines.push(JSON.parse(this.out.slice(0, end)));
        this.out = this.out.slice(end + 1);
      }
      this.wake();
    });
    this.child.stderr.setEncoding('utf8');
    this.child.stderr.on('data', (text) => (this.err += text));
    this.exited = new Promise((done) => {
      this.child.on('close', (code, signal) => {
        this.code = code ?? signal;
        this.wake();
        done(this.code);
      });
    });
  }

  wake() {
    for (const check of this.waiting.splice(0)) check();
  }
  send(message) {
    this.child.stdin.write((typeof message === 'string' ? message : JSON.stringify(message)) + '\n');
  }
  /** The first message, taken out, for which `wanted` holds. */
  async message(wanted) {
    for (;;) {
      const at = this.lines.findIndex(wanted);
      if (at >= 0) return this.lines.splice(at, 1)[0];
      if (this.code !== undefined) throw new Error(`ended with ${this.code}: ${this.err}`);
      await new Promise((done) => this.waiting.push(done));
    }
  }
  reply(id) {
    return this.message((message) => message.id === id && !message.method);
  }
  /** A request and its reply. */
  ask(id, method, params) {
    this.send({ jsonrpc: '2.0', id, method, params });
    return this.reply(id);
  }
  async end() {
    this.child.stdin.end();
    return this.exited;
  }
}

/** Waits until `check` gives something, looking again every 20 ms. */
export async function until(check) {
  for (;;) {
    const found = await check();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 20));
  }
}
