// `deltagraph lsp` with Neovim, without a screen, as a person sets it up.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Project, program } from './project.mjs';

test('Neovim finds definitions, callers and what was just saved', () => {
  const project = new Project();
  const seen = path.join(project.base, 'seen');
  const script = fileURLToPath(new URL('editor.lua', import.meta.url));
  const ran = spawnSync('nvim', ['--headless', '--clean', '-n', '-c', `luafile ${script}`], {
    cwd: project.root,
    env: { ...project.env, DELTAGRAPH_PROGRAM: program, SEEN: seen },
    encoding: 'utf8',
  });
  assert.equal(ran.error, undefined, 'nvim is missing: ./dev test installs it');
  const lines = fs.readFileSync(seen, 'utf8').trim().split('\n');
  const found = Object.fromEntries(lines.map((line) => JSON.parse(line)));
  assert.equal(found.error, undefined, ran.stderr);
  assert.equal(ran.status, 0, ran.stderr);
  assert.deepEqual(found.definition, { line: 12, character: 16 });
  assert.match(found.hover, /function pay\(cart, rate\)[\s\S]*2 callers/);
  assert.equal(found.callers, 'order');
  assert.deepEqual(found.cursor, [13, 16]);
  assert.deepEqual(found.unsaved, { line: 2, character: 16 });
  assert.equal(found.references, 1);
  assert.equal(found.done, true);
  project.end();
});
