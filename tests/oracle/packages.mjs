// The pinned packages of scores.json: measures them, and guards what was reached against regression.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { exportOf } from './export.mjs';
import { corpora, sourcesBelow, ts } from './project.mjs';
import { percent, table } from './report.mjs';
import { readExport, scoreExport } from './score.mjs';
import { answersOf } from './sites.mjs';

const home = path.dirname(fileURLToPath(import.meta.url));
const scoresFile = path.join(home, 'scores.json');
const readme = path.resolve(home, '../../README.md');
const levels = ['exact', 'exact+inferred'];

/** Scores are kept with four digits; what is lost by that is no regression. */
const rounding = 0.00005;
const rounded = (value) => (value === null ? null : Math.round(10000 * value) / 10000);

const folderOf = (entry) => path.join(corpora, 'node_modules', entry.package, entry.folder);

function installedVersion(entry) {
  const manifest = path.join(corpora, 'node_modules', entry.package, 'package.json');
  if (!fs.existsSync(manifest)) {
    throw new Error(`${entry.package} is not installed in ${corpora}: run npm ci there`);
  }
  return JSON.parse(fs.readFileSync(manifest, 'utf8')).version;
}

/**
 * The checker's answers, kept in the folder `cache` until a source, the checker or this scorer
 * changes. They are not committed: they follow from what is pinned, and a copy would be believed
 * where it is out of date.
 */
function cachedAnswers(root, cache) {
  if (!cache) return answersOf(root);
  const hash = createHash('sha256').update(ts.version);
  const scorer = fs
    .readdirSync(home)
    .filter((name) => name.endsWith('.mjs'))
    .sort();
  const lock = path.join(corpora, 'package-lock.json');
  for (const file of [
    lock,
    ...scorer.map((name) => path.join(home, name)),
    ...sourcesBelow(root),
  ]) {
    hash.update(`${file}\n`).update(fs.readFileSync(file));
  }
  const file = path.join(cache, `${hash.digest('hex').slice(0, 32)}.json`);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8'));
  const answers = answersOf(root);
  fs.mkdirSync(cache, { recursive: true });
  fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify(answers));
  fs.renameSync(`${file}.${process.pid}`, file);
  return answers;
}

function measure(entry, program, cache) {
  const root = folderOf(entry);
  const version = installedVersion(entry);
  const score = scoreExport(cachedAnswers(root, cache), readExport(exportOf(program, root)));
  const { package: name, folder, style } = entry;
  const [{ required }] = Object.values(score.levels);
  const reached = levels.map((level) => {
    const { precision, recall } = score.levels[level];
    return [level, { precision: rounded(precision), recall: rounded(recall) }];
  });
  const silent = score.silent.length;
  return {
    package: name,
    version,
    folder,
    style,
    required,
    silent,
    ...Object.fromEntries(reached),
  };
}

const readScores = () => JSON.parse(fs.readFileSync(scoresFile, 'utf8'));

/** What is worse, or not to be compared, in words. */
export function regressions(before, now) {
  const problems = [];
  const compare = (key) => {
    if (before[key] === now[key]) return;
    problems.push(`${key} is ${now[key]}, the scores are of ${before[key]}: ./dev oracle --update`);
  };
  ['version', 'required'].forEach(compare);
  if (problems.length > 0) return problems;
  if (now.silent > before.silent) {
    problems.push(`calls missing in the export: ${now.silent}, and ${before.silent} before`);
  }
  for (const level of levels) {
    for (const [rate, was] of Object.entries(before[level])) {
      const is = now[level][rate];
      if (is >= was - rounding) continue;
      problems.push(`${rate} of ${level} fell from ${percent(was)} to ${percent(is)}`);
    }
  }
  return problems;
}

const columns = ['calls', 'exact: precision', 'recall', '+ inferred: precision', 'recall'];
const ratesOf = (entry) => levels.flatMap((level) => Object.values(entry[level]));

/** Whether every package scores at least what scores.json says. */
export function checkScores(program, cache) {
  const problems = [];
  const rows = [];
  let isBetter = false;
  for (const before of readScores()) {
    const now = measure(before, program, cache);
    const look = `./dev oracle ${path.relative('.', folderOf(now))} --examples 20`;
    problems.push(...regressions(before, now).map((p) => `${now.package}: ${p}; ${look}`));
    isBetter ||= ratesOf(now).some((rate, i) => rate > ratesOf(before)[i]);
    rows.push([
      path.posix.join(now.package, now.folder),
      String(now.required),
      ...ratesOf(now).map(percent),
    ]);
  }
  console.log(table(['package', ...columns], rows));
  for (const problem of problems) console.log(problem);
  if (problems.length === 0 && isBetter) {
    console.log('better than scores.json: ./dev oracle --update keeps it');
  }
  return problems.length === 0;
}

/** Measures every package of scores.json and writes what it reached, there and to the README. */
export function updateScores(program, cache) {
  const scores = readScores().map((entry) => measure(entry, program, cache));
  const lines = scores.map((entry) => `  ${JSON.stringify(entry)}`);
  fs.writeFileSync(scoresFile, `[\n${lines.join(',\n')}\n]\n`);
  const marked = /(<!-- scores[^>]*-->\n)[^]*?(<!-- end of scores -->)/;
  const text = fs.readFileSync(readme, 'utf8');
  fs.writeFileSync(readme, text.replace(marked, `$1${markdown(scores)}$2`));
  console.log(markdown(scores));
}

function markdown(scores) {
  const cells = scores.map((entry) => [
    `${path.posix.join(entry.package, entry.folder)} ${entry.version}`,
    entry.style,
    entry.required.toLocaleString('en-US'),
    ...ratesOf(entry).map(percent),
  ]);
  const head = ['package', 'style', ...columns];
  const rule = ['---', '---', ...columns.map(() => '---:')];
  return [head, rule, ...cells].map((row) => `| ${row.join(' | ')} |\n`).join('');
}
