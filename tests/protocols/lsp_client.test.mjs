// `deltagraph lsp` with the client library of VS Code over real standard input and output.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import rpc from 'vscode-jsonrpc/node';
import lsp from 'vscode-languageserver-protocol/node';

import { Project } from './project.mjs';

/** A connected editor. Lines and columns are LSP's: from 0. */
class Editor {
  constructor(project, options = {}) {
    this.project = project;
    const { command, args, cwd, env } = project.server('lsp');
    this.child = spawn(command, args, { cwd: options.cwd ?? cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.exited = new Promise((done) => this.child.on('close', (code, signal) => done(code ?? signal)));
    this.connection = rpc.createMessageConnection(
      new rpc.StreamMessageReader(this.child.stdout),
      new rpc.StreamMessageWriter(this.child.stdin),
    );
    this.connection.listen();
  }
  ask(type, params, token) {
    return this.connection.sendRequest(type, params, token);
  }
  tell(type, params) {
    return this.connection.sendNotification(type, params);
  }
  async initialize(positionEncodings) {
    const root = pathToFileURL(this.project.root).href;
    const result = await this.ask(lsp.InitializeRequest.type, {
      processId: process.pid,
      rootUri: root,
      workspaceFolders: [{ uri: root, name: 'shop' }],
      capabilities: { general: { positionEncodings } },
    });
    await this.tell(lsp.InitializedNotification.type, {});
    return result;
  }
  uri(file) {
    return pathToFileURL(this.project.file(file)).href;
  }
  /** A document and the place of `needle` in the text that the editor shows. */
  at(file, needle, text = this.project.read(file), skip = 0) {
    const offset = text.indexOf(needle);
    assert.ok(offset >= 0, `${file}: ${needle}`);
    const before = text.slice(0, offset + skip).split('\n');
    return {
      textDocument: { uri: this.uri(file) },
      position: { line: before.length - 1, character: before.at(-1).length },
    };
  }
  open(file, text = this.project.read(file)) {
    return this.tell(lsp.DidOpenTextDocumentNotification.type, {
      textDocument: { uri: this.uri(file), languageId: 'javascript', version: 1, text },
    });
  }
  change(file, version, ...contentChanges) {
    return this.tell(lsp.DidChangeTextDocumentNotification.type, {
      textDocument: { uri: this.uri(file), version },
      contentChanges,
    });
  }
  saved(file) {
    return this.tell(lsp.DidSaveTextDocumentNotification.type, { textDocument: { uri: this.uri(file) } });
  }
  async end() {
    await this.ask(lsp.ShutdownRequest.type);
    await this.tell(lsp.ExitNotification.type);
    return this.exited;
  }
}

const place = ({ uri, range }) => `${uri.split('/shop/')[1]}:${range.start.line + 1}:${range.start.character + 1}`;
const places = (locations) => locations.map(place).sort();

describe('an editor', () => {
  let project, editor, capabilities;
  before(async () => {
    project = new Project();
    project.write('src/shapes.ts', `export interface Shape { area(): number; }
export class Square implements Shape {
  constructor(public side: number) {}
  area() { return this.side * this.side; }
}
export class Tile extends Square {
  area() { return super.area() + 1; }
}
`);
    editor = new Editor(project);
    ({ capabilities } = await editor.initialize());
  });
  after(async () => {
    await editor?.end();
    project?.end();
  });

  test('is told what the server can do', () => {
    assert.equal(capabilities.positionEncoding, 'utf-16');
    assert.deepEqual(capabilities.textDocumentSync, { openClose: true, change: 2, save: { includeText: false } });
    for (const name of ['documentSymbol', 'workspaceSymbol', 'definition', 'references', 'implementation',
      'callHierarchy', 'typeHierarchy', 'hover', 'documentHighlight']) {
      assert.equal(capabilities[`${name}Provider`], true, name);
    }
  });

  test('documentSymbol', async () => {
    const symbols = await editor.ask(lsp.DocumentSymbolRequest.type, { textDocument: { uri: editor.uri('src/cart.js') } });
    const tree = (list) => list.map(({ name, kind, children = [] }) => [name, kind, ...tree(children)]);
    assert.deepEqual(tree(symbols), [
      ['Cart', lsp.SymbolKind.Class, ['constructor', lsp.SymbolKind.Constructor], ['total', lsp.SymbolKind.Method,
        ['<anonymous>', lsp.SymbolKind.Function]]],
      ['pay', lsp.SymbolKind.Function],
    ]);
    const inside = (outer, inner) =>
      outer.start.line < inner.start.line || (outer.start.line === inner.start.line && outer.start.character <= inner.start.character);
    const check = (list) => list.forEach(({ range, selectionRange, children = [] }) => {
      assert.ok(inside(range, selectionRange));
      check(children);
    });
    check(symbols);
    assert.deepEqual(symbols[1].selectionRange, { start: { line: 12, character: 16 }, end: { line: 12, character: 19 } });
    assert.deepEqual(await editor.ask(lsp.DocumentSymbolRequest.type, { textDocument: { uri: 'file:///etc/passwd' } }), []);
    assert.deepEqual(await editor.ask(lsp.DocumentSymbolRequest.type, { textDocument: { uri: 'untitled:1' } }), []);
  });

  test('workspace/symbol', async () => {
    const symbols = await editor.ask(lsp.WorkspaceSymbolRequest.type, { query: 'check' });
    assert.deepEqual(symbols.map(({ name, location }) => [name, place(location)]), [['checkout', 'src/checkout.js:3:17']]);
  });

  test('definition', async () => {
    for (const skip of [0, 1, 3]) {
      const found = await editor.ask(lsp.DefinitionRequest.type, editor.at('src/checkout.js', 'pay(cart', undefined, skip));
      assert.deepEqual(places(found), ['src/cart.js:13:17'], `${skip}`);
    }
    const method = await editor.ask(lsp.DefinitionRequest.type, editor.at('src/cart.js', 'total(rate);'));
    assert.deepEqual(places(method), ['src/cart.js:8:3']);
    const itself = await editor.ask(lsp.DefinitionRequest.type, editor.at('src/cart.js', 'pay('));
    assert.deepEqual(places(itself), ['src/cart.js:13:17']);
    assert.deepEqual(await editor.ask(lsp.DefinitionRequest.type, editor.at('src/cart.js', 'item.price')), []);
  });

  test('references and documentHighlight', async () => {
    const at = editor.at('src/cart.js', 'pay(');
    const without = await editor.ask(lsp.ReferencesRequest.type, { ...at, context: { includeDeclaration: false } });
    assert.deepEqual(places(without), ['src/checkout.js:10:10', 'src/checkout.js:5:15']);
    const all = await editor.ask(lsp.ReferencesRequest.type, { ...at, context: { includeDeclaration: true } });
    assert.deepEqual(places(all), ['src/cart.js:13:17', 'src/checkout.js:10:10', 'src/checkout.js:5:15']);
    const marks = await editor.ask(lsp.DocumentHighlightRequest.type, editor.at('src/checkout.js', 'pay(cart'));
    assert.deepEqual(marks.map(({ range, kind }) => [range.start.line, kind]), [[4, 2], [9, 2]]);
  });

  test('implementation and type hierarchy', async () => {
    const found = await editor.ask(lsp.ImplementationRequest.type, editor.at('src/shapes.ts', 'Shape {'));
    assert.deepEqual(places(found), ['src/shapes.ts:2:14']);
    const method = await editor.ask(lsp.ImplementationRequest.type, editor.at('src/shapes.ts', 'area() { return this'));
    assert.deepEqual(places(method), ['src/shapes.ts:7:3']);
    const [item] = await editor.ask(lsp.TypeHierarchyPrepareRequest.type, editor.at('src/shapes.ts', 'Square implements'));
    assert.equal(item.name, 'Square');
    const names = (items) => items.map(({ name }) => name);
    assert.deepEqual(names(await editor.ask(lsp.TypeHierarchySupertypesRequest.type, { item })), ['Shape']);
    assert.deepEqual(names(await editor.ask(lsp.TypeHierarchySubtypesRequest.type, { item })), ['Tile']);
    assert.equal(await editor.ask(lsp.TypeHierarchyPrepareRequest.type, editor.at('src/cart.js', 'pay(')), null);
  });

  test('call hierarchy', async () => {
    const [item] = await editor.ask(lsp.CallHierarchyPrepareRequest.type, editor.at('src/checkout.js', 'checkout('));
    assert.equal(item.name, 'checkout');
    const incoming = await editor.ask(lsp.CallHierarchyIncomingCallsRequest.type, { item });
    assert.deepEqual(incoming.map(({ from, fromRanges }) => [from.name, place({ uri: from.uri, range: fromRanges[0] })]), [
      ['order', 'src/shop.js:4:10'],
    ]);
    const outgoing = await editor.ask(lsp.CallHierarchyOutgoingCallsRequest.type, { item });
    assert.deepEqual(outgoing.map(({ to, fromRanges }) => [to.name, fromRanges.map(({ start }) => [start.line, start.character])]), [
      ['constructor', [[3, 19]]],
      ['Cart', [[3, 19]]],
      ['pay', [[4, 14]]],
    ]);
  });

  test('hover', async () => {
    const { contents, range } = await editor.ask(lsp.HoverRequest.type, editor.at('src/cart.js', 'total(rate);'));
    assert.match(contents.value, /^```typescript\nmethod total\(rate\)\n```\n\nThe price of all items\.\n\n1 caller · src\/cart\.js:8 · last change #1: create/);
    assert.deepEqual(range, { start: { line: 13, character: 14 }, end: { line: 13, character: 19 } });
    assert.equal(await editor.ask(lsp.HoverRequest.type, editor.at('src/cart.js', 'return')), null);
  });

  test('what is saved is seen, and what is not is mapped', async () => {
    const text = project.read('src/checkout.js');
    await editor.open('src/checkout.js', text);
    // Two lines more at the top, of which the disk knows nothing.
    const start = { line: 0, character: 0 };
    await editor.change('src/checkout.js', 2, { range: { start, end: start }, text: '// one\n// two\n' });
    const shown = '// one\n// two\n' + text;
    const found = await editor.ask(lsp.DefinitionRequest.type, editor.at('src/checkout.js', 'pay(cart', shown));
    assert.deepEqual(places(found), ['src/cart.js:13:17']);
    const uses = await editor.ask(lsp.ReferencesRequest.type, { ...editor.at('src/cart.js', 'pay('), context: { includeDeclaration: false } });
    assert.deepEqual(places(uses), ['src/checkout.js:12:10', 'src/checkout.js:7:15']);
    // A call that is not saved yet is not known; once it is, it is.
    const line = shown.split('\n').length - 1;
    const end = { line, character: 0 };
    await editor.change('src/checkout.js', 3, { range: { start: end, end }, text: 'export const late = () => pay(1, 2);\n' });
    const whole = shown + 'export const late = () => pay(1, 2);\n';
    const late = editor.at('src/checkout.js', 'pay(1', whole);
    assert.deepEqual(await editor.ask(lsp.DefinitionRequest.type, late), []);
    project.write('src/checkout.js', whole);
    await editor.saved('src/checkout.js');
    assert.deepEqual(places(await editor.ask(lsp.DefinitionRequest.type, late)), ['src/cart.js:13:17']);
    await editor.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument: { uri: editor.uri('src/checkout.js') } });
    project.write('src/checkout.js', text);
    await editor.saved('src/checkout.js');
  });

  test('what is not offered is said so', async () => {
    for (const method of ['textDocument/rename', 'textDocument/completion', 'no/such', '$/no']) {
      await assert.rejects(editor.ask(method, {}), { code: -32601 }, method);
    }
    await editor.tell('$/no/notification', {});
    await assert.rejects(editor.ask(lsp.InitializeRequest.type, { capabilities: {} }), { code: -32600 });
    await assert.rejects(editor.ask(lsp.CallHierarchyIncomingCallsRequest.type, { item: {} }), { code: -32602 });
  });

  /** Runs while the service answers nothing, so that a request is surely under way. */
  const suspended = async (during) => {
    const { pid } = project.status();
    process.kill(pid, 'SIGSTOP');
    try {
      await during();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  };
  /** What was sent before this is read when it is answered. */
  const isRead = () => assert.rejects(editor.ask('no/such', {}), { code: -32601 });

  test('a request that is cancelled says so', async () => {
    let refused;
    await suspended(async () => {
      const source = new rpc.CancellationTokenSource();
      const asked = editor.ask(lsp.WorkspaceSymbolRequest.type, { query: 'pay' }, source.token);
      refused = assert.rejects(asked, { code: -32800 });
      source.cancel();
      await isRead();
    });
    await refused;
  });

  test('an answer about a document that was changed meanwhile is none', async () => {
    const textDocument = { uri: editor.uri('src/shop.js') };
    await editor.open('src/shop.js');
    let refused;
    await suspended(async () => {
      refused = assert.rejects(editor.ask(lsp.DocumentSymbolRequest.type, { textDocument }), { code: -32801 });
      await isRead();
      await editor.change('src/shop.js', 2, { text: '// nothing\n' });
      await isRead();
    });
    await refused;
    await editor.tell(lsp.DidCloseTextDocumentNotification.type, { textDocument });
  });

  test('a restart of the service is not noticed', async () => {
    project.run('restart');
    assert.equal((await editor.ask(lsp.WorkspaceSymbolRequest.type, { query: 'quote' })).length, 1);
    process.kill(project.status().pid, 'SIGKILL');
    assert.equal((await editor.ask(lsp.WorkspaceSymbolRequest.type, { query: 'quote' })).length, 1);
  });
});

describe('positions', () => {
  for (const [encoding, column] of [['utf-8', 20], ['utf-16', 17], ['utf-32', 16]]) {
    test(encoding, async () => {
      const project = new Project({
        'package.json': '{}',
        'a.js': `export function pay() {}\n/* 🧺 é */ export const é = () => pay();\n`,
      });
      // "/* 🧺 é */ export…": what stands before a name counts differently in each.
      const editor = new Editor(project);
      const { capabilities } = await editor.initialize(['utf-7', encoding]);
      assert.equal(capabilities.positionEncoding, encoding);
      const line = '/* 🧺 é */ export const é = () => pay();';
      const before = line.slice(0, line.indexOf('pay'));
      const character = { 'utf-8': Buffer.byteLength(before), 'utf-16': before.length, 'utf-32': [...before].length }[encoding];
      assert.ok(character > column);
      const found = await editor.ask(lsp.DefinitionRequest.type, {
        textDocument: { uri: editor.uri('a.js') },
        position: { line: 1, character },
      });
      assert.deepEqual(places(found), ['a.js:1:17']);
      const uses = await editor.ask(lsp.ReferencesRequest.type, {
        textDocument: { uri: editor.uri('a.js') },
        position: { line: 0, character: 16 },
        context: { includeDeclaration: false },
      });
      assert.deepEqual(uses[0].range, { start: { line: 1, character }, end: { line: 1, character: character + 3 } });
      assert.equal(await editor.end(), 0);
      project.end();
    });
  }
});

describe('the life of a server', () => {
  let project;
  before(() => (project = new Project()));
  after(() => project.end());

  test('nothing is answered before initialize and after shutdown', async () => {
    const editor = new Editor(project);
    await assert.rejects(editor.ask(lsp.WorkspaceSymbolRequest.type, { query: 'x' }), { code: -32002 });
    await editor.initialize();
    await editor.ask(lsp.ShutdownRequest.type);
    await assert.rejects(editor.ask(lsp.WorkspaceSymbolRequest.type, { query: 'x' }), { code: -32600 });
    await editor.tell(lsp.ExitNotification.type);
    assert.equal(await editor.exited, 0);
  });

  test('exit without shutdown, and the end of the input, are failures', async () => {
    const editor = new Editor(project);
    await editor.initialize();
    await editor.tell(lsp.ExitNotification.type);
    assert.equal(await editor.exited, 1);
    const other = new Editor(project);
    await other.initialize();
    other.child.stdin.end();
    assert.equal(await other.exited, 1);
  });

  test('a stream out of step ends it, with the reason', async () => {
    const { command, args, cwd, env } = project.server('lsp');
    const child = spawn(command, args, { cwd, env });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.stdin.end('Content-Length: 7\r\n\r\n{"a": \0Content-Length: x\r\n\r\n');
    assert.equal(await new Promise((done) => child.on('close', done)), 2);
    assert.match(out, /-32700.*-32700/s);
    assert.match(err, /Content-Length is not one number/);
  });

  test('a folder that is no project is refused', async () => {
    const editor = new Editor({ ...project, root: '/', server: () => project.server('lsp'), file: (name) => name });
    await assert.rejects(editor.initialize(), (error) => error.code === -32803 && /is not in a project/.test(error.message));
    await editor.tell(lsp.ExitNotification.type);
    assert.equal(await editor.exited, 1);
  });
});
