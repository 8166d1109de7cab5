// Tests of the scorer: ./dev oracle --self-test.
//
// In sample/ the answer to each call stands behind `//=` at the end of its line, one for each call in
// the order of the callees' names:
//   KIND: TARGETS [ALTERNATIVES] <APPLIED> (HANDED)
// TARGETS are functions joined by +, `Class*` (no constructor is written), `external` or `unknown`;
// ? marks an open list, ~ an external declaration that the project may stand in for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { regressions } from './packages.mjs';
import { Judge, readExport, scoreExport } from './score.mjs';
import { answersOf } from './sites.mjs';

const sample = path.join(path.dirname(fileURLToPath(import.meta.url)), 'sample');

export function selfTest() {
  const answers = answersOf(sample);
  const tests = {
    ...answerTests(answers),
    ...verdictTests(answers),
    ...scoreTests(answers),
    ...guardTests(),
  };
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      test();
    } catch (error) {
      ++failed;
      console.log(`${name}: ${error.message}`);
    }
  }
  console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
  return failed === 0;
}

// --- The checker's answers -------------------------------------------------------------------------

const namesOf = (targets) =>
  targets.map(({ name, implicit }) => (implicit ? `${name}*` : name)).join('+');
const inside = (open, targets, close) =>
  targets.length > 0 ? ` ${open}${namesOf(targets)}${close}` : '';

function written({ kind, targets, external, weak, open, alternatives, applied, handed }) {
  const otherwise = external ? `external${weak ? '~' : ''}` : 'unknown';
  const answer = targets.length > 0 ? namesOf(targets) + (open ? '?' : '') : otherwise;
  const aside =
    inside('[', alternatives, ']') + inside('<', applied, '>') + inside('(', handed, ')');
  return `${kind}: ${answer}${aside}`;
}

function answerTests(answers) {
  const tests = {};
  for (const file of answers.files) {
    const lines = fs.readFileSync(path.join(sample, file), 'utf8').split('\n');
    lines.forEach((text, i) => {
      const sites = answers.sites.filter((site) => site.file === file && site.line === i + 1);
      const expected = /(?:\/\/|\{\/\*)= (.*?)(?: \*\/\})?$/.exec(text)?.[1];
      if (sites.length === 0 && !expected) return;
      sites.sort((a, b) => a.col - b.col);
      tests[`${file}:${i + 1}`] = () =>
        assert.equal(sites.map(written).join(' | '), expected ?? 'no expectation', text.trim());
    });
  }
  return tests;
}

function guardTests() {
  const rates = (precision, recall) => ({ precision, recall });
  const now = {
    version: '1.0.0',
    required: 10,
    silent: 0,
    exact: rates(1, 0.5),
    'exact+inferred': rates(0.99, 0.9),
  };
  const told = (before) => regressions({ ...now, ...before }, now).length;
  return {
    'equal or better is no regression': () =>
      assert.deepEqual([told({}), told({ exact: rates(0.9, 0.4), silent: 3 })], [0, 0]),
    'each rate that fell is told': () =>
      assert.deepEqual(
        [told({ exact: rates(1, 0.5001) }), told({ exact: rates(1.1, 0.6) })],
        [1, 2],
      ),
    'more calls missing are told': () => assert.equal(told({ silent: -1 }), 1),
    'another version or answer is told': () =>
      assert.deepEqual([told({ version: '0.9.0' }), told({ required: 9 })], [1, 1]),
  };
}

// --- Verdicts --------------------------------------------------------------------------------------

/** Edges by the callee as the sample writes it, to a function of the sample by its name. */
function edgeWriter(answers) {
  const find = (list, file, name, what) => {
    const found = list.find((x) => x.file === file && x[what] === name);
    assert.ok(found, `the sample has no ${name} in ${file}`);
    return found;
  };
  const functionAt = (file, name) => {
    const { lines } = find([...answers.functions, ...answers.classes], file, name, 'name');
    return { file, name, line: lines[0] };
  };
  const edge = (at, target, confidence = 'exact') => {
    const [file, callee] = at.split(' ');
    const site = find(answers.sites, file, callee, 'callee');
    const [targetFile, name] = target.split(' ');
    return {
      file,
      line: site.line,
      col: site.col,
      target: functionAt(targetFile, name),
      confidence,
    };
  };
  return edge;
}

function verdictTests(answers) {
  const edge = edgeWriter(answers);
  const judge = new Judge(answers);
  const verdicts = {
    'the function that the checker names': [edge('names.js renamed', 'lib.js second'), 'right'],
    'another function': [edge('names.js renamed', 'lib.js first'), 'other'],
    'a package call': [edge('names.js gone', 'lib.js first'), 'external'],
    'a receiver of type any': [edge('old.cjs any.add', 'old.cjs add'), 'unknown'],
    'a parameter that is called': [edge('old.cjs then', 'other.cjs made'), 'unknown'],
    'a parameter applied by call': [edge('old.cjs then.call', 'other.cjs made'), 'unknown'],
    'an open list of targets': [edge('old.cjs later.go', 'old.cjs total'), 'unknown'],
    'an external that may be replaced': [
      edge('old.cjs options.toString', 'old.cjs add'),
      'unknown',
    ],
    'an overriding method': [edge('types.ts shape.area', 'types.ts area'), 'possible'],
    'f of f.call()': [edge('old.cjs Cart.call', 'old.cjs Cart'), 'possible'],
    'a function handed over': [edge('old.cjs visit', 'other.cjs made'), 'possible'],
    'a class without constructor': [edge('types.ts Square', 'types.ts Square'), 'implicit'],
    'a class for its constructor': [edge('types.ts Circle', 'types.ts Base'), 'right'],
    'the class made, its constructor inherited': [
      edge('types.ts Circle', 'types.ts Circle'),
      'right',
    ],
    'a JSX element': [edge('view.tsx Button', 'view.tsx Button'), 'apart'],
    'a decorator': [edge('types.ts sealed', 'types.ts sealed'), 'apart'],
    'another function of the same line': [edge('types.ts both', 'types.ts two'), 'other'],
  };
  const call = edge('names.js renamed', 'lib.js second');
  verdicts['a column without a call'] = [{ ...call, col: 70 }, 'right'];
  verdicts['the same, and wrong'] = [
    { ...edge('names.js renamed', 'lib.js first'), col: 70 },
    'other',
  ];
  verdicts['a line without a call'] = [{ ...call, line: 1 }, 'nothing'];
  const variable = { ...call.target, file: 'names.js', line: 2, name: 'renamed' };
  verdicts['an import as the target'] = [{ ...call, target: variable }, 'nothing'];
  return Object.fromEntries(
    Object.entries(verdicts).map(([name, [given, verdict]]) => [
      `verdict on ${name}`,
      () => assert.equal(judge.judge(given).verdict, verdict),
    ]),
  );
}

// --- Scores ----------------------------------------------------------------------------------------

function scoreTests(answers) {
  const edge = edgeWriter(answers);
  const required = new Judge(answers).required();
  const perfect = required.map(({ site: { file, line, col }, target }) => ({
    file,
    line,
    col,
    target: { file: target.file, line: target.line, name: target.name },
    confidence: 'exact',
  }));
  const judge = (edges) => scoreExport(answers, { edges, open: [], spoken: new Set() });
  const score = (edges, level = 'exact') => judge(edges).levels[level];
  const wrong = [edge('names.js gone', 'lib.js first'), edge('names.js renamed', 'lib.js first')];
  const n = required.length;
  const near = (actual, expected) =>
    assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
  return {
    'all edges are found': () => {
      assert.ok(n > 30);
      const { precision, recall, found } = score(perfect);
      assert.deepEqual([precision, recall, found], [1, 1, n]);
    },
    'what is missing lowers recall alone': () => {
      const { precision, recall } = score(perfect.slice(5));
      near(recall, (n - 5) / n);
      near(precision, 1);
    },
    'what is wrong lowers precision alone': () => {
      const { precision, recall, right } = score([...perfect, ...wrong]);
      near(precision, right / (right + 2));
      near(recall, 1);
    },
    'an edge counts once': () => {
      assert.deepEqual(
        score([...perfect, ...perfect, ...wrong, ...wrong]),
        score([...perfect, ...wrong]),
      );
    },
    'nothing exported': () => {
      const { precision, recall } = score([]);
      assert.deepEqual([precision, recall], [null, 0]);
    },
    'a level takes in the surer ones': () => {
      const guessed = wrong.map((e, i) => ({ ...e, confidence: i === 0 ? 'inferred' : 'name' }));
      const edges = [...perfect, ...guessed];
      const levels = ['exact', 'exact+inferred', 'exact+inferred+name'];
      assert.deepEqual(
        levels.map((level) => score(edges, level).wrong),
        [0, 1, 2],
      );
    },
    'other files do not count': () => {
      const [e] = wrong;
      const strangers = [
        { ...e, file: 'not/judged.js' },
        { ...e, target: { ...e.target, file: 'x.d.ts' } },
      ];
      assert.deepEqual(score([...perfect, ...strangers]), score(perfect));
    },
    'kinds add up': () => {
      const { kinds, levels } = judge([...perfect, ...wrong]);
      const sum = (key) => Object.values(kinds).reduce((total, kind) => total + kind[key], 0);
      for (const key of ['right', 'wrong', 'found', 'required']) {
        assert.equal(sum(key), levels['exact+inferred'][key], key);
      }
    },
    'JSX and decorators stand apart': () => {
      const { apart } = judge([edge('view.tsx Button', 'view.tsx Button')]);
      assert.deepEqual(apart.jsx, { found: 1, required: 2, recall: 0.5 });
      assert.deepEqual(apart.decorator, { found: 0, required: 1, recall: 0 });
    },
    'a call without a word is silent': () => {
      const place = ({ file, line, col }) => `${file}:${line}:${col}`;
      const spoken = new Set(perfect.map(place));
      const { silent } = scoreExport(answers, { edges: [], open: [], spoken });
      const isCalled = ({ form }) => ['call', 'new', 'tagged'].includes(form);
      const left = answers.sites.filter((site) => isCalled(site) && !spoken.has(place(site)));
      assert.deepEqual(silent.map(place), left.map(place));
    },
    'only calls of an export are read': () => {
      const row = {
        source: { file: 'a.js' },
        site: { line: 1, col: 2 },
        target: {},
        confidence: 'exact',
      };
      const rows = [
        { type: 'atom', file: 'a.js' },
        { type: 'edge', relation: 'contains', ...row },
        { type: 'edge', relation: 'calls', ...row },
        { type: 'edge', relation: 'instantiates', ...row },
        { type: 'unresolved', relation: 'calls', ...row, text: 'f', reason: 'parameter' },
        { type: 'unresolved', relation: 'imports', ...row, text: 'f', reason: 'parameter' },
      ];
      const { edges, open, spoken } = readExport(
        `${rows.map((r) => JSON.stringify(r)).join('\n')}\n`,
      );
      assert.deepEqual([edges.length, open.length], [2, 1]);
      assert.deepEqual([...spoken], ['a.js:1:2']);
    },
  };
}
