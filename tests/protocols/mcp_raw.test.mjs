// `deltagraph mcp` with bare bytes: what well-behaved clients never send, and how the program ends.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Project, Raw } from './project.mjs';

const modern = (version = '2026-07-28') => ({
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientCapabilities': {},
});
const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } };

describe('bare bytes', () => {
  let project;
  before(() => (project = new Project()));
  after(() => project.end());

  test('versions are negotiated', async () => {
    const raw = new Raw(project, 'mcp');
    for (const version of ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07']) {
      const { result } = await raw.ask(version, 'initialize', { ...hello, protocolVersion: version });
      assert.equal(result.protocolVersion, version);
      assert.equal(result.resultType, undefined);
    }
    const { result } = await raw.ask(1, 'initialize', { ...hello, protocolVersion: '1999-01-01' });
    assert.equal(result.protocolVersion, '2025-11-25');
    const { error } = await raw.ask(2, 'tools/list', { _meta: modern('2031-01-01') });
    assert.equal(error.code, -32022);
    assert.deepEqual(error.data, { supported: ['2026-07-28'], requested: '2031-01-01' });
    assert.equal(await raw.end(), 0);
  });

  test('each era has its own frame, side by side', async () => {
    const raw = new Raw(project, 'mcp');
    assert.equal((await raw.ask(1, 'tools/list', {})).error.code, -32602);
    assert.deepEqual((await raw.ask(2, 'ping', {})).result, {});
    await raw.ask(3, 'initialize', hello);
    raw.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const legacy = (await raw.ask(4, 'tools/list', {})).result;
    const { result } = await raw.ask(5, 'tools/list', { _meta: modern() });
    assert.deepEqual(result.tools, legacy.tools);
    assert.deepEqual(Object.keys(legacy), ['tools']);
    assert.equal(result.resultType, 'complete');
    assert.equal(result.cacheScope, 'private');
    assert.ok(result.ttlMs > 0);
    assert.equal(result._meta['io.modelcontextprotocol/serverInfo'].name, 'deltagraph');
    const found = (await raw.ask(6, 'server/discover', { _meta: modern() })).result;
    assert.deepEqual(found.supportedVersions, ['2026-07-28']);
    const missing = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    assert.match((await raw.ask(7, 'tools/list', { _meta: missing })).error.message, /clientCapabilities/);
    for (const method of ['server/discover', 'prompts/list', 'logging/setLevel', 'subscriptions/listen']) {
      assert.equal((await raw.ask(method, method, {})).error.code, -32601, method);
    }
    for (const method of ['resources/subscribe', 'ping', 'tasks/list']) {
      assert.equal((await raw.ask('m' + method, method, { _meta: modern() })).error.code, -32601, method);
    }
    assert.equal(await raw.end(), 0);
  });

  test('garbage is answered, and the stream goes on', async () => {
    const raw = new Raw(project, 'mcp');
    await raw.ask(0, 'initialize', hello);
    const garbage = [
      ['{"jsonrpc": "2.0", "id": 1', -32700],
      ['\u0000\u0001', -32700],
      ['['.repeat(100000), -32700],
      ['[]', -32600],
      ['7', -32600],
      ['{"jsonrpc": "2.0", "id": null, "method": "tools/list"}', -32600],
      ['{"jsonrpc": "2.0", "id": {}, "method": "tools/list"}', -32600],
      ['{"id": 8, "method": "tools/list"}', -32600],
      ['{"jsonrpc": "2.0", "id": 9, "method": "tools/list", "params": [1]}', -32602],
      ['{"jsonrpc": "2.0", "id": 10, "method": "tools/list", "params": {"cursor": "x"}}', -32602],
      ['{"jsonrpc": "2.0", "id": 11, "method": "tools/call", "params": {}}', -32602],
      ['{"jsonrpc": "2.0", "id": 12, "method": "tools/call", "params": {"name": "find", "arguments": []}}', -32602],
      ['{"jsonrpc": "2.0", "id": 13, "method": "resources/read", "params": {"uri": 5}}', -32002],
      ['{"jsonrpc": "2.0", "id": 14, "method": "no\\nsuch"}', -32601],
    ];
    for (const [line, code] of garbage) {
      raw.send(line);
      const reply = await raw.message((message) => message.error);
      assert.equal(reply.error.code, code, line.slice(0, 80));
    }
    raw.send('');
    raw.send('{"jsonrpc": "2.0", "method": "no/such/notification"}');
    raw.send('{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}}');
    raw.send('{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": []}');
    assert.deepEqual((await raw.ask(20, 'ping', {})).result, {});
    assert.deepEqual(raw.lines, []);
    // A batch, as revision 2025-03-26 has it.
    raw.send([
      { jsonrpc: '2.0', id: 'a', method: 'ping' },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 'b', method: 'tools/call', params: { name: 'find', arguments: { text: 'pay' } } },
    ]);
    const batch = await raw.message((message) => Array.isArray(message));
    assert.deepEqual(batch.map(({ id }) => id).sort(), ['a', 'b']);
    assert.equal(await raw.end(), 0);
    assert.equal(raw.out, '');
  });

  test('what was asked before the end of the input is answered', async () => {
    const raw = new Raw(project, 'mcp');
    for (let id = 1; id <= 50; ++id) {
      const params = { name: 'who_calls', arguments: { atom: 'pay' }, _meta: modern() };
      raw.send({ jsonrpc: '2.0', id, method: 'tools/call', params });
    }
    assert.equal(await raw.end(), 0);
    assert.deepEqual(raw.lines.map(({ id }) => id).sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i + 1));
    for (const { result } of raw.lines) assert.equal(result.structuredContent.total, 2);
    assert.equal(raw.err, '');
  });

  test('a request that is cancelled is not answered', async () => {
    const raw = new Raw(project, 'mcp');
    // Written at once: the cancellation is read before the first of the requests can be through.
    const params = { name: 'find', arguments: { text: 'pay' }, _meta: modern() };
    const lines = [];
    for (let id = 1; id <= 40; ++id) lines.push({ jsonrpc: '2.0', id, method: 'tools/call', params });
    lines.push({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 40 } });
    lines.push({ jsonrpc: '2.0', id: 41, method: 'tools/call', params });
    raw.send(lines.map((line) => JSON.stringify(line)).join('\n'));
    await raw.end();
    const ids = raw.lines.map(({ id }) => id);
    assert.ok(!ids.includes(40));
    assert.equal(ids.length, 40);
  });

  test('a stream is acknowledged first, tells of edits, and ends with an answer', async () => {
    const raw = new Raw(project, 'mcp');
    const wish = { resourceSubscriptions: ['deltagraph://changes', 'deltagraph://none'], toolsListChanged: true };
    for (const id of ['s1', 's2']) {
      raw.send({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params: { _meta: modern(), notifications: wish } });
    }
    const subscription = (message) => message.params?._meta?.['io.modelcontextprotocol/subscriptionId'];
    for (const id of ['s1', 's2']) {
      const first = await raw.message((message) => subscription(message) === id);
      assert.equal(first.method, 'notifications/subscriptions/acknowledged');
      assert.deepEqual(first.params.notifications, { resourceSubscriptions: ['deltagraph://changes'] });
    }
    raw.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 's2' } });
    await raw.ask('p', 'ping', {});
    project.write('src/new.js', 'export function fresh() {}\n');
    const news = await raw.message((message) => subscription(message) === 's1');
    assert.equal(news.method, 'notifications/resources/updated');
    assert.equal(news.params.uri, 'deltagraph://changes');
    assert.ok(news.params._meta['deltagraph/delta'].atoms.some(({ id }) => id === 'src/new.js::fresh'));
    assert.equal(await raw.end(), 0);
    const closing = raw.lines.filter((message) => message.id !== undefined);
    assert.deepEqual(closing.map(({ id, result }) => [id, result.resultType]), [['s1', 'complete']]);
    assert.ok(!raw.lines.some((message) => subscription(message) === 's2'));
  });

  test('it ends with its client, whatever is under way', async () => {
    const raw = new Raw(project, 'mcp');
    await raw.ask(1, 'initialize', hello);
    const { pid } = project.status();
    process.kill(pid, 'SIGSTOP'); // The service answers nothing.
    try {
      raw.send({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'find', arguments: { text: 'pay' } } });
      assert.deepEqual((await raw.ask(3, 'ping', {})).result, {});
      raw.child.stdout.destroy();
      raw.child.stdin.end();
      assert.equal(await raw.exited, 0);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  test('outside of a project it says so on standard error', async () => {
    const raw = new Raw({ server: () => ({ ...project.server('mcp'), cwd: '/' }) });
    assert.equal(await raw.exited, 4);
    assert.match(raw.err, /is not in a project/);
    assert.equal(raw.out, '');
  });
});
