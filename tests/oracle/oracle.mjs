#!/usr/bin/env node
// Judges deltagraph's call graph by the TypeScript checker: `./dev oracle --help`.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { exportOf } from './export.mjs';
import { checkScores, updateScores } from './packages.mjs';
import { printExamples, printScores } from './report.mjs';
import { readExport, scoreExport } from './score.mjs';
import { selfTest } from './self_test.mjs';
import { answersOf } from './sites.mjs';

const usage = `usage: ./dev oracle DIR [OPTIONS]    judge the calls of a project
       ./dev oracle --check           measure the pinned packages; are they below scores.json?
       ./dev oracle --self-test       test the scorer on tests/oracle/sample
       ./dev oracle --update          measure them and write scores.json and the README's table

  --examples N     list N wrong edges and N missed calls
  --json           print everything as JSON
  --answers        print what the checker says of each call site, as JSON lines, and stop
  --export FILE    judge this export instead of making one
  --program FILE   the deltagraph to judge (default: the release that ./dev builds)
  --cache FOLDER   keep the checker's answers on the pinned packages there

Wrong is an edge where the checker knows that the call runs something else. Where it does not know,
or not everything (an any receiver, a callback, an overriding method), no edge is called wrong.`;

const home = path.dirname(fileURLToPath(import.meta.url));
const flag = { type: 'boolean' };
const text = { type: 'string' };
const options = {
  examples: { ...text, default: '0' },
  json: flag,
  answers: flag,
  check: flag,
  'self-test': flag,
  update: flag,
  help: { ...flag, short: 'h' },
  export: text,
  program: { ...text, default: path.resolve(home, '../../build/release/deltagraph') },
  cache: text,
};

class UsageError extends Error {}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const isDone = values.help || values.check || values.update || values['self-test'];
    if (!isDone && positionals.length !== 1) throw new Error('one folder is needed');
    if (!/^\d+$/.test(values.examples)) throw new Error(`--examples ${values.examples}: no number`);
    return { ...values, examples: Number(values.examples), folder: positionals[0] };
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function judge({ folder, program, export: file, examples, json, answers: wantsAnswers }) {
  const root = path.resolve(folder);
  if (!fs.statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${folder}: no such folder`);
  }
  const answers = answersOf(root);
  if (wantsAnswers) {
    for (const site of answers.sites) console.log(JSON.stringify(site));
    return;
  }
  const exported = file ? fs.readFileSync(file, 'utf8') : exportOf(path.resolve(program), root);
  const score = scoreExport(answers, readExport(exported));
  if (json) {
    const { files, broken, sites } = answers;
    const counts = { files: files.length, broken, sites: sites.length };
    console.log(JSON.stringify({ project: root, ...counts, ...score }, null, 1));
    return;
  }
  printScores(path.relative('.', root) || path.basename(root), answers, score);
  if (examples > 0) printExamples(root, score, examples);
}

function main() {
  const given = readArguments();
  if (given.help) console.log(usage);
  else if (given['self-test']) process.exitCode = selfTest() ? 0 : 1;
  else if (given.update) updateScores(path.resolve(given.program), given.cache);
  else if (given.check)
    process.exitCode = checkScores(path.resolve(given.program), given.cache) ? 0 : 1;
  else judge(given);
}

try {
  main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(`oracle: ${isUsage ? `${error.message}\n\n${usage}` : error.message}`);
  process.exitCode = isUsage ? 2 : 1;
}
