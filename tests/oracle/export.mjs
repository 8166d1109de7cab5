// Has deltagraph index a folder and export its calls.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { relative, sourcesBelow } from './project.mjs';

/** Files that say how modules are found and what is left out. */
const settings =
  /^(?:package\.json|[jt]sconfig.*\.json|pnpm-workspace\.yaml|\.gitignore|\.deltagraphignore)$/;

function run(program, ...args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (error?.code === 'ENOENT') throw new Error(`${program} is not there: run ./dev build`);
  if (error) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Sources and settings of `root`, below `copy`. */
function copyProject(root, copy) {
  const sources = sourcesBelow(root);
  const folders = new Set([root, ...sources.map((file) => path.dirname(file))]);
  const others = [...folders].flatMap((folder) =>
    fs
      .readdirSync(folder)
      .filter((name) => settings.test(name))
      .map((name) => path.join(folder, name)),
  );
  for (const file of [...sources, ...others]) {
    const to = path.join(copy, relative(root, file));
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(file, to);
  }
}

/**
 * The export of `root`, as text. A copy is indexed: links made by an earlier build of the program
 * must not be judged, and somebody's project is not ours to write to. No service is started.
 */
export function exportOf(program, root) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'deltagraph-oracle-'));
  try {
    copyProject(root, copy);
    run(program, 'index', copy);
    const options = ['--format', 'jsonl', '--confidence', 'name'];
    return run(program, 'export', ...options, '--no-start', '--project', copy);
  } finally {
    fs.rmSync(copy, { recursive: true, force: true });
  }
}
