// What is printed: tables of scores, and disagreements to look at.
import fs from 'node:fs';
import path from 'node:path';

import { kinds } from './kinds.mjs';

const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (isColoured ? `\x1b[${code}m${text}\x1b[0m` : text);
const [bold, dim, red, green, yellow] = ['1', '2', '31', '32', '33'].map(paint);

export const percent = (value) => (value === null ? '' : `${(100 * value).toFixed(2)} %`);
const number = (value) => value.toLocaleString('en-US');

/** What every package is to reach with exact and inferred edges (README, "How right it is"). */
const goals = { precision: 0.985, recall: 0.95 };

function colourOf(name, value) {
  if (value === null || goals[name] === undefined) return (text) => text;
  if (value >= goals[name]) return green;
  return value >= goals[name] - 0.1 ? yellow : red;
}

/** Columns as wide as their widest cell; the first stands left, all others right. */
export function table(head, rows) {
  const cells = [head, ...rows.map((row) => row.map((cell) => cell.text ?? cell))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row, colour) =>
    row
      .map((cell, column) => {
        const text = cell.text ?? cell;
        const padded = column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]);
        return (cell.colour ?? colour)(padded);
      })
      .join('  ')
      .trimEnd();
  return [line(head, dim), ...rows.map((row) => line(row, (text) => text))].join('\n');
}

const rate = (name, value) => ({ text: percent(value), colour: colourOf(name, value) });

const scoreRow = (title, { precision, recall, right, wrong, found, required }) => [
  title,
  rate('precision', precision),
  rate('recall', recall),
  ...[right, wrong, found, required].map(number),
];
const scoreHead = (title) => [title, 'precision', 'recall', 'right', 'wrong', 'found', 'of'];

/** The scores of one project. */
export function printScores(name, answers, score) {
  const { sites, files, broken } = answers;
  const count = (test) => number(sites.filter(test).length);
  console.log(
    `${bold(name)}  ${number(files.length)} files, ${number(sites.length)} call sites: ` +
      `${count((s) => s.targets.length > 0)} to the project, ` +
      `${count((s) => s.external)} out of it, ${count((s) => s.unknown)} unknown to the checker`,
  );
  if (broken.length > 0) console.log(yellow(`  not judged, does not parse: ${broken.join(', ')}`));
  const levels = Object.entries(score.levels).map(([level, s]) => scoreRow(level, s));
  console.log(`\n${table(scoreHead('edges'), levels)}`);
  const byKind = kinds.filter((kind) => score.kinds[kind]);
  console.log(
    `\n${table(
      scoreHead('kind of call'),
      byKind.map((k) => scoreRow(k, score.kinds[k])),
    )}`,
  );
  for (const [form, { found, required, recall }] of Object.entries(score.apart)) {
    console.log(
      `beside the totals: ${form} ${number(found)} of ${number(required)}, ${percent(recall)}`,
    );
  }
  printVerdicts(score);
}

function printVerdicts({ verdicts, silent }) {
  const aside = ['unknown', 'possible', 'implicit', 'apart', 'nothing'].filter((v) => verdicts[v]);
  const list = aside.map((verdict) => `${verdict} ${number(verdicts[verdict])}`);
  if (list.length > 0) console.log(dim(`edges without effect on the scores: ${list.join(', ')}`));
  if (silent.length === 0) return;
  const places = silent.slice(0, 5).map(({ file, line, col }) => `${file}:${line}:${col}`);
  const more = silent.length > places.length ? ', …' : '';
  console.log(
    yellow(
      `call sites missing in the export: ${number(silent.length)} (${places.join(', ')}${more})`,
    ),
  );
}

// --- Disagreements ---------------------------------------------------------------------------------

/** `count` of a list, spread over it: one file's peculiarity shall not fill it. */
function spread(list, count) {
  const step = Math.max(1, list.length / count);
  return Array.from({ length: Math.min(count, list.length) }, (_, i) => list[Math.floor(i * step)]);
}

const targetText = ({ file, line, name }) => `${file}:${line} ${name}`;

function checkerSays(site) {
  const names = site.targets.map(targetText).join(', ');
  return names || `${site.external ?? `unknown (${site.unknown})`}, not of the project`;
}

export function printExamples(root, score, count) {
  const lines = new Map();
  const textAt = ({ file, line }) => {
    if (!lines.has(file))
      lines.set(file, fs.readFileSync(path.join(root, file), 'utf8').split('\n'));
    return lines.get(file)[line - 1]?.trim().slice(0, 100) ?? '';
  };
  const show = (site, checker, ours) => {
    console.log(`  ${site.file}:${site.line}:${site.col}  ${dim(textAt(site))}`);
    console.log(`    the checker: ${green(checker)}\n    deltagraph:  ${red(ours)}`);
  };
  const title = (what, list) => {
    const shown = Math.min(count, list.length);
    if (list.length > 0) console.log(`\n${bold(what)}  ${shown} of ${number(list.length)}`);
  };
  title('wrong edges', score.wrong);
  for (const { edge, site } of spread(score.wrong, count)) {
    show(edge, checkerSays(site), `${targetText(edge.target)} (${edge.confidence})`);
  }
  title('missed calls', score.missed);
  for (const { site, target, edges, reason } of spread(score.missed, count)) {
    const given = edges.map((e) => `${targetText(e.target)} (${e.confidence})`).join(', ');
    const kind = `${site.kind}${site.open ? ', open list' : ''}`;
    show(site, `${targetText(target)} [${kind}]`, given || reason || 'nothing');
  }
}
