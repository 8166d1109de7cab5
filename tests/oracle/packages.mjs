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
  return { package: name, version, folder, style, required, ...Object.fromEntries(reached) };
}

const readScores = () => JSON.parse(fs.readFileSync(scoresFile, 'utf8'));

/** What is worse, or not to be compared, in words. */
function regressions(before, now) {
  for (const key of ['version', 'required']) {
    if (before[key] === now[key]) continue;
    return [`${key} is ${now[key]}, the scores are of ${before[key]}: ./dev oracle --update`];
  }
  return levels.flatMap((level) =>
    ['precision', 'recall'].flatMap((rate) => {
      const [was, is] = [before[level][rate], now[level][rate]];
      return is < was - rounding
        ? [`${rate} of ${level} fell from ${percent(was)} to ${percent(is)}`]
        : [];
    }),
  );
}

const ratesOf = (entry) => levels.flatMap((level) => Object.values(entry[level]));

/** Whether every package scores at least what scores.json says. */
export function checkScores(program, cache) {
  let isGood = true;
  let isBetter = false;
  const rows = [];
  for (const before of readScores()) {
    const now = measure(before, program, cache);
    rows.push([`${now.package} ${now.folder}`, String(now.required), ...ratesOf(now).map(percent)]);
    isBetter ||= ratesOf(now).some((rate, i) => rate > ratesOf(before)[i]);
    for (const problem of regressions(before, now)) {
      isGood = false;
      console.log(
        `${now.package}: ${problem}; ./dev oracle ${path.relative('.', folderOf(now))} --examples 20`,
      );
    }
  }
  console.log(
    table(
      ['package', 'calls', 'exact: precision', 'recall', '+ inferred: precision', 'recall'],
      rows,
    ),
  );
  if (isGood && isBetter) console.log('better than scores.json: ./dev oracle --update keeps it');
  return isGood;
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
    `${entry.package} ${entry.version}, \`${entry.folder}\``,
    entry.style,
    entry.required.toLocaleString('en-US'),
    ...ratesOf(entry).map(percent),
  ]);
  const head = [
    'package',
    'style',
    'calls',
    'exact: precision',
    'recall',
    '+ inferred: precision',
    'recall',
  ];
  const rule = ['---', '---', ...Array(5).fill('---:')];
  return [head, rule, ...cells].map((row) => `| ${row.join(' | ')} |\n`).join('');
}
