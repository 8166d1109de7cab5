// `deltagraph mcp` with the official clients of both eras of the protocol.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { Project, until } from './project.mjs';
import { assertAnswer, assertSchema } from './schemas.mjs';

const info = { name: 'test', version: '1' };
const changes = 'deltagraph://changes';

/** Both clients behind one face. `pushed` collects what the server sends for subscriptions. */
const eras = {
  modern: async (project, ...words) => {
    const client = new ModernClient(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    const pushed = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => pushed.push(params));
    await client.connect(new ModernTransport({ ...project.server('mcp', ...words), stderr: 'inherit' }));
    return { client, pushed, subscribe: (uris) => client.listen({ resourceSubscriptions: uris }) };
  },
  legacy: async (project, ...words) => {
    const client = new LegacyClient(info);
    const pushed = [];
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => pushed.push(params));
    await client.connect(new LegacyTransport({ ...project.server('mcp', ...words), stderr: 'inherit' }));
    const subscribe = async (uris) => {
      for (const uri of uris) await client.subscribeResource({ uri });
    };
    return { client, pushed, subscribe };
  },
};

for (const [era, connect] of Object.entries(eras)) {
  describe(`the ${era} client`, () => {
    let project, client, pushed, subscribe, tools;
    /** An answer that fits its schema, as {text, json}. */
    const call = async (name, args = {}) => {
      const result = await client.callTool({ name, arguments: args });
      const text = result.content[0].text;
      if (result.isError) return { error: text };
      assertAnswer(tools.get(name), result.structuredContent);
      return { text, json: result.structuredContent };
    };

    before(async () => {
      project = new Project();
      project.commitAll();
      ({ client, pushed, subscribe } = await connect(project, '--tools', 'all'));
      tools = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]));
    });
    after(async () => {
      await client?.close();
      project?.end();
    });

    test('finds the server and what it can do', () => {
      assert.equal(client.getServerVersion().name, 'deltagraph');
      assert.deepEqual(client.getServerCapabilities(), { tools: {}, resources: { subscribe: true } });
      assert.match(client.getInstructions(), /who_calls/);
    });

    test('sees six tools unless it asks for all', async () => {
      const few = await connect(project);
      const names = (await few.client.listTools()).tools.map((tool) => tool.name);
      await few.client.close();
      assert.deepEqual(names, ['find', 'show', 'outline', 'who_calls', 'what_breaks', 'changes_since']);
      assert.deepEqual([...tools.keys()].slice(0, 6), names);
      assert.ok(tools.size > 15);
    });

    test('is given schemas that are valid, and hints', () => {
      for (const tool of tools.values()) {
        assertSchema(tool.inputSchema);
        assertSchema(tool.outputSchema);
        assert.equal(tool.inputSchema.additionalProperties, false, tool.name);
        assert.equal(tool.annotations.readOnlyHint, tool.name !== 'restart', tool.name);
        assert.equal(tool.annotations.openWorldHint, false);
      }
      const { limit, confidence, relations } = tools.get('who_calls').inputSchema.properties;
      assert.deepEqual([limit.minimum, limit.maximum], [1, 10000]);
      assert.deepEqual(confidence.enum, ['exact', 'inferred', 'name']);
      assert.ok(relations.items.enum.includes('instantiates'));
    });

    test('gets answers of every tool that fit its schema', async () => {
      const examples = {
        find: { text: 'cart' },
        show: { atom: 'Cart.total' },
        outline: { file: 'src/cart.js' },
        who_calls: { atom: 'pay', unresolved: true },
        what_breaks: { atom: 'Cart.total' },
        changes_since: {},
        what_it_calls: { atom: 'Cart.total' },
        why_connected: { from: 'order', to: 'pay' },
        explain_edge: { from: 'checkout', to: 'pay' },
        explain_no_edge: { from: 'order', to: 'Cart.total' },
        explain_import: { place: 'src/checkout.js' },
        history: { atom: 'pay', patch: true },
        unresolved: { reasons: ['all'] },
        validate_imports: {},
        definition: { place: 'src/checkout.js:5:16' },
        resolve: { text: 'src/cart.js:12' },
        why_ignored: { path: 'node_modules/a.js' },
        stats: {},
        get_schema: { type: 'database' },
        sql: { statement: 'SELECT name, complexity, NULL FROM atoms ORDER BY id LIMIT 3' },
        status: {},
      };
      for (const [name, args] of Object.entries(examples)) {
        const { error, text } = await call(name, args);
        assert.equal(error, undefined, `${name}: ${error}`);
        assert.ok(text.length > 10, name);
      }
      const untried = [...tools.keys()].filter((name) => !(name in examples));
      assert.deepEqual(untried, ['restart']);
    });

    test('reads who calls, with the lines of source', async () => {
      const { text, json } = await call('who_calls', { atom: 'src/cart.js::pay' });
      assert.deepEqual(
        json.items.map((item) => [item.atom.id, item.sites.map((site) => [site.line, site.col, site.line_text])]),
        [
          ['src/checkout.js::checkout', [[5, 15, 'const due = pay(cart, 1.2);']]],
          ['src/checkout.js::quote', [[10, 10, 'return pay(new Cart(items), 1);']]],
        ],
      );
      assert.match(text, /src\/checkout\.js:5:15 .* const due = pay\(cart, 1\.2\);/);
    });

    test('reads what breaks, each with the site on its way', async () => {
      const { json } = await call('what_breaks', { atom: 'pay' });
      const sites = json.items.map(({ atom, level, sites }) => [level, atom.name, sites[0].line_text]);
      assert.deepEqual(sites, [
        [1, 'checkout', 'const due = pay(cart, 1.2);'],
        [1, 'quote', 'return pay(new Cart(items), 1);'],
        [2, 'order', 'return checkout(items);'],
      ]);
    });

    test('may name files as it sees them', async () => {
      const { json } = await call('outline', { file: project.file('src/cart.js') });
      assert.equal(json.file, 'src/cart.js');
      const { json: shown } = await call('show', { atom: `${project.file('src/cart.js')}:13` });
      assert.equal(shown.atom.id, 'src/cart.js::pay');
      assert.match(shown.source, /return cart\.total\(rate\)/);
    });

    test('reads its own writes', async () => {
      for (let i = 0; i < 5; ++i) {
        project.write('src/fresh.js', `import { pay } from './cart.js';\nexport const fresh${i} = (c) => pay(c, ${i});\n`);
        const { json } = await call('who_calls', { atom: 'pay' });
        assert.ok(json.items.some((item) => item.atom.name === `fresh${i}`), `fresh${i}`);
      }
    });

    test('is told of what it got wrong, and how to do better', async () => {
      assert.match((await call('who_calls', { atm: 'pay' })).error, /atm.*Did you mean atom\?/s);
      assert.match((await call('who_calls', {})).error, /atom: is missing/);
      assert.match((await call('who_calls', { atom: 'pay', limit: 'x' })).error, /limit: must be a whole number/);
      assert.match((await call('show', { atom: 'Cart.totl' })).error, /src\/cart\.js:8:3 +method +src\/cart\.js::Cart\.total/);
      assert.match((await call('get_schema', { type: 'atms' })).error, /atoms, database, registry/);
      await assert.rejects(client.callTool({ name: 'who_call', arguments: {} }), (error) => {
        assert.equal(error.code, -32602);
        return /Did you mean who_calls\?/.test(error.message);
      });
      // The command's name leads to the tool's.
      await assert.rejects(client.callTool({ name: 'impact', arguments: {} }), /Did you mean what_breaks\?/);
    });

    test('lists and reads resources', async () => {
      const { resources } = await client.listResources();
      assert.deepEqual(resources.map(({ uri }) => uri), [changes, 'deltagraph://status', 'deltagraph://schema']);
      const { resourceTemplates } = await client.listResourceTemplates();
      assert.ok(resourceTemplates.some(({ uriTemplate }) => uriTemplate === 'deltagraph://outline/{+file}'));
      const uris = ['deltagraph://outline/src/cart.js', 'deltagraph://callers/src%2Fcart.js%3A%3Apay', 'deltagraph://changes/HEAD'];
      for (const uri of [...resources.map((resource) => resource.uri), ...uris]) {
        const { contents } = await client.readResource({ uri });
        assert.equal(contents[0].uri, uri);
        assert.ok(contents[0].text.length > 20, uri);
      }
      for (const uri of ['deltagraph://nothing', 'file:///etc/passwd', 'deltagraph://outline/none.js', 'deltagraph://outline']) {
        await assert.rejects(client.readResource({ uri }), (error) => {
          assert.equal(error.code, era === 'modern' ? -32602 : -32002);
          return true;
        });
      }
    });

    test('is told of broken callers after an edit, unasked', async () => {
      await subscribe([changes, 'deltagraph://outline/src/shop.js', 'deltagraph://callers/src/shop.js::order']);
      pushed.length = 0;
      project.replace('src/checkout.js', 'function checkout(', 'function settle(');
      const news = await until(() => pushed.find(({ uri }) => uri === changes));
      const delta = news._meta['deltagraph/delta'];
      assert.deepEqual(delta.broken.map(({ source, text }) => [source, text]), [['src/shop.js::order', 'checkout']]);
      assert.match(delta.text, /broken src\/shop\.js:4:10 /);
      const { contents } = await client.readResource({ uri: changes });
      assert.match(contents[0].text, /src\/shop\.js:4:10/);
      const { json } = await call('changes_since');
      assert.ok(json.broken.some(({ place }) => place === 'src/shop.js:4:10'));

      // A file that is not concerned, and callers that stay the same, are not reported.
      pushed.length = 0;
      project.write('src/other.js', `import { order } from './shop.js';\nexport const other = () => order([]);\n`);
      await until(() => pushed.some(({ uri }) => uri.startsWith('deltagraph://callers/')));
      await until(() => pushed.some(({ uri }) => uri === changes));
      assert.ok(!pushed.some(({ uri }) => uri.startsWith('deltagraph://outline/')));
      project.replace('src/checkout.js', 'function settle(', 'function checkout(');
    });

    test('keeps its connection when the service is restarted, killed or stopped', async () => {
      const before = project.status().pid;
      project.run('restart');
      assert.equal((await call('who_calls', { atom: 'order' })).error, undefined);
      const second = project.status().pid;
      assert.notEqual(second, before);
      process.kill(second, 'SIGKILL');
      const { json } = await call('find', { text: 'quote' });
      assert.equal(json.items[0].atom.id, 'src/checkout.js::quote');
      project.run('stop');
      project.write('src/away.js', 'export function away() {}\n');
      assert.equal((await call('find', { text: 'away' })).json.items[0].atom.name, 'away');
      const { json: again } = await call('restart');
      assert.equal(again.restarted, true);
      assert.equal(again.pid, project.status().pid);
      // What changes afterwards still arrives, and once.
      pushed.length = 0;
      const reached = project.status().sequence;
      project.write('src/last.js', 'export function last() {}\n');
      await until(() => pushed.some(({ _meta }) => _meta['deltagraph/delta'].sequence > reached));
      const seen = pushed.filter(({ uri }) => uri === changes).map(({ _meta }) => _meta['deltagraph/delta'].sequence);
      assert.equal(new Set(seen).size, seen.length);
    });
  });
}

describe('a client of either era', () => {
  test('finds the era by itself', async () => {
    const project = new Project();
    const client = new ModernClient(info, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(project.server('mcp')));
    const { structuredContent } = await client.callTool({ name: 'find', arguments: { text: 'pay' } });
    assert.equal(structuredContent.items[0].atom.id, 'src/cart.js::pay');
    await client.close();
    project.end();
  });
});

describe('a large project', () => {
  let project, client, tools;
  before(async () => {
    const calls = Array.from({ length: 400 }, (_, i) => `export function caller_${i}(x) {\n  return target(x, ${i});\n}\n`);
    const long = Array.from({ length: 3000 }, (_, i) => `  x += ${i};\n`).join('');
    project = new Project({
      'package.json': '{"name": "large"}',
      'a.js': `export function target(x, y) {\n  return x + y;\n}\n\n${calls.join('\n')}`,
      'b.js': `export function long(x) {\n${long}  return x;\n}\n`,
    });
    ({ client } = await eras.modern(project, '--max-bytes', '6000'));
    tools = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]));
  });
  after(async () => {
    await client?.close();
    project?.end();
  });

  test('is answered in pages within the budget, and nothing is lost', async () => {
    const seen = [];
    let cursor;
    do {
      const result = await client.callTool({ name: 'who_calls', arguments: { atom: 'target', cursor } });
      const { structuredContent: json, content } = result;
      assertAnswer(tools.get('who_calls'), json);
      assert.ok(JSON.stringify(json).length <= 6000);
      assert.ok(content[0].text.length <= 6000);
      assert.equal(json.total, 400);
      seen.push(...json.items.map((item) => item.atom.name));
      cursor = json.next_cursor;
      assert.equal(json.truncated, cursor !== undefined);
      // What is left out comes first.
      if (cursor) assert.match(content[0].text, new RegExp(`^${json.items.length} of 400 shown; .*"${cursor}"`));
    } while (cursor);
    assert.deepEqual(seen, Array.from({ length: 400 }, (_, i) => `caller_${i}`));
  });

  test('says what does not fit, and what would', async () => {
    const { structuredContent: json, content } = await client.callTool({ name: 'show', arguments: { atom: 'long' } });
    assert.equal(json.source, undefined);
    const [, bytes] = /source is left out, it needs \{"max_bytes": (\d+)\}: read lines 1 to 3003 of b\.js/.exec(content[0].text);
    const whole = await client.callTool({ name: 'show', arguments: { atom: 'long', max_bytes: Number(bytes) } });
    assert.ok(whole.structuredContent.source.endsWith('return x;\n}'));
    const refused = await client.callTool({
      name: 'find',
      arguments: { text: 'long', max_bytes: 1 },
    });
    assert.ok(refused.isError);
    assert.match(refused.content[0].text, /max_bytes: must be between 1000 and 10000000/);
  });
});
