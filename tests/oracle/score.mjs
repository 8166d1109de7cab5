// Judges the calls of `deltagraph export --format jsonl` by the checker's answers.

/** Confidences from sure to guessed; each level takes in those before it. */
export const levels = ['exact', 'inferred', 'name'];

/** Sites of these forms count; decorators and JSX elements are listed beside the totals. */
const counted = new Set(['call', 'new', 'tagged']);

/**
 * The rows of an export that speak of calls: `edges`, `open` references with a reason, and `spoken`,
 * all places that it says anything of (`f.bind()` references f, and calls nothing).
 */
export function readExport(text) {
  const rows = { edges: [], open: [], spoken: new Set() };
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const { type, relation, source, site, target, confidence, reason } = JSON.parse(line);
    if (!site) continue;
    const place = { file: source.file, line: site.line, col: site.col };
    rows.spoken.add(keyOf(place.file, place.line, place.col));
    if (relation !== 'calls' && relation !== 'instantiates') continue;
    if (type === 'edge') rows.edges.push({ ...place, target, confidence });
    else if (type === 'unresolved') rows.open.push({ ...place, reason });
  }
  return rows;
}

const keyOf = (...parts) => parts.join(':');

class Index {
  #lists = new Map();
  add(key, value) {
    if (!this.#lists.has(key)) this.#lists.set(key, []);
    this.#lists.get(key).push(value);
  }
  get(key) {
    return this.#lists.get(key) ?? [];
  }
}

/**
 * The verdict on each edge:
 *   right      the checker resolves the call to this function
 *   wrong      it knows that the call runs something else: `other` function, or `external`
 * and without effect on any score:
 *   implicit   right, but to a class that declares no constructor
 *   apart      right, at a JSX element or decorator
 *   possible   an overriding method, a value assigned later, f of f.call(), a function handed over
 *   unknown    the checker does not know, or not all of it
 *   nothing    there is no call on that line, or the target is no function
 */
export class Judge {
  #answers;
  #files;
  #places = new Index(); // file:line:col -> sites
  #lines = new Index(); // file:line -> sites
  #functions = new Index(); // file:line -> names of functions that this line may mean
  #classes = new Set(); // file:line

  constructor(answers) {
    this.#answers = answers;
    this.#files = new Set(answers.files);
    for (const site of answers.sites) this.#addSite(site);
    for (const { file, name, lines } of answers.functions) {
      for (const line of lines) this.#functions.add(keyOf(file, line), name);
    }
    for (const { file, lines } of answers.classes) {
      for (const line of lines) this.#classes.add(keyOf(file, line));
    }
  }

  #addSite(site) {
    const { file, line, col, start } = site;
    for (const [l, c] of distinct([line, col], [start.line, start.col])) {
      this.#places.add(keyOf(file, l, c), site);
    }
    for (const [l] of distinct([line], [start.line])) this.#lines.add(keyOf(file, l), site);
  }

  /** Sites that are asked for: { site, target } for each function that one of them runs. */
  required() {
    const sites = this.#answers.sites.filter(({ form }) => counted.has(form));
    return sites.flatMap((site) =>
      site.targets.filter(({ implicit }) => !implicit).map((target) => ({ site, target })),
    );
  }

  /** Edges between judged files, each once. */
  edgesOf(exported) {
    const seen = new Set();
    return exported.edges.filter(({ file, line, col, target }) => {
      if (!this.#files.has(file) || !this.#files.has(target.file)) return false;
      const key = keyOf(file, line, col, target.file, target.line, target.name);
      return !seen.has(key) && seen.add(key);
    });
  }

  /** The calls at an edge's place; where there is none, those of its line. */
  sitesOf({ file, line, col }) {
    const exact = this.#places.get(keyOf(file, line, col));
    if (exact.length > 0) return { sites: exact, isExact: true };
    return { sites: this.#lines.get(keyOf(file, line)), isExact: false };
  }

  /** { verdict, site, found: [target…] }; `site` is the call that it was judged by. */
  judge(edge) {
    const { sites, isExact } = this.sitesOf(edge);
    const hits = sites.flatMap((site) =>
      site.targets
        .filter((target) => this.#names(edge, target))
        .map((target) => ({ site, target })),
    );
    const right = hits.filter(({ site, target }) => counted.has(site.form) && !target.implicit);
    if (right.length > 0) {
      return { verdict: 'right', site: right[0].site, found: right.map(({ target }) => target) };
    }
    const [hit] = hits;
    if (hit)
      return {
        verdict: counted.has(hit.site.form) ? 'implicit' : 'apart',
        ...hit,
        found: [hit.target],
      };
    const possible = sites.find(({ alternatives, applied, handed }) =>
      [...alternatives, ...applied, ...handed].some((target) => this.#names(edge, target)),
    );
    if (possible) return { verdict: 'possible', site: possible, found: [] };
    return { ...this.#judgeMiss(edge, sites, isExact), found: [] };
  }

  #judgeMiss(edge, sites, isExact) {
    const declared = keyOf(edge.target.file, edge.target.line);
    const isFunction = this.#functions.get(declared).length > 0 || this.#classes.has(declared);
    if (sites.length === 0 || !isFunction) return { verdict: 'nothing', site: sites[0] };
    const name = edge.target.name.replace(/^#/, '');
    const named = isExact ? [] : sites.filter((site) => lastName(site) === name);
    const asked = named.length > 0 ? named : sites;
    const [site] = asked;
    if (asked.some(isVague)) return { verdict: 'unknown', site };
    return { verdict: asked.every((s) => s.external) ? 'external' : 'other', site };
  }

  /** Whether an edge's target is this one: by a line that it may be named by, and by name. */
  #names({ target: given }, target) {
    if (!target.places.some(([file, line]) => file === given.file && line === given.line))
      return false;
    if (target.names.includes(given.name)) return true;
    // Another function of that very name begins on this line: then the edge means that one.
    return !this.#functions.get(keyOf(given.file, given.line)).includes(given.name);
  }
}

const distinct = (...lists) => (String(lists[0]) === String(lists[1]) ? lists.slice(0, 1) : lists);
const lastName = ({ callee }) => /[^.]*$/.exec(callee)[0].replace(/^#/, '');

/** The checker does not know what is called here, or not everything: no edge is called wrong. */
function isVague({ targets, external, open, weak, callee, applied }) {
  if (open || weak || (targets.length === 0 && !external)) return true;
  if (callee === 'this.constructor') return true;
  return !!external && applied.length === 0 && /\.(call|apply)$/.test(callee);
}

const share = (part, whole) => (whole > 0 ? part / whole : null);

/** { precision, recall, right, wrong, found, required } from what was counted. */
const scoreOf = ({ right, wrong, found, required }) => ({
  precision: share(right, right + wrong),
  recall: share(found, required),
  right,
  wrong,
  found,
  required,
});

const isWrong = ({ verdict }) => verdict === 'other' || verdict === 'external';

/**
 * Everything that a report needs:
 *   levels     scores by least confidence: exact, exact+inferred, exact+inferred+name
 *   kinds      scores by kind of call, of exact and inferred edges
 *   apart      JSX elements and decorators, of exact and inferred edges
 *   verdicts   how often each verdict was given
 *   silent     counted sites of which the export says nothing at all
 *   wrong      [{ edge, site, verdict }] and missed [{ site, target, edges, open }] to look at
 */
export function scoreExport(answers, exported) {
  const judge = new Judge(answers);
  const required = judge.required();
  const judged = judge.edgesOf(exported).map((edge) => ({ edge, ...judge.judge(edge) }));
  const upTo = (n) => judged.filter(({ edge }) => levels.indexOf(edge.confidence) < n);
  const sure = upTo(2);
  return {
    levels: Object.fromEntries(
      levels.map((_, i) => [levels.slice(0, i + 1).join('+'), totals(upTo(i + 1), required)]),
    ),
    kinds: byKind(sure, required),
    apart: apartOf(answers, sure),
    verdicts: countBy(sure, ({ verdict }) => verdict),
    silent: silentSites(answers, exported),
    wrong: sure.filter(isWrong).map(({ edge, site, verdict }) => ({ edge, site, verdict })),
    missed: missedOf(sure, required, exported),
  };
}

/** The targets that right edges lead to. */
const foundBy = (judged) =>
  new Set(judged.flatMap(({ verdict, found }) => (verdict === 'right' ? found : [])));

function totals(judged, required, found = foundBy(judged)) {
  return scoreOf({
    right: judged.filter(({ verdict }) => verdict === 'right').length,
    wrong: judged.filter(isWrong).length,
    found: required.filter(({ target }) => found.has(target)).length,
    required: required.length,
  });
}

function byKind(judged, required) {
  const kinds = new Set([...required, ...judged].map(({ site }) => site?.kind).filter(Boolean));
  const found = foundBy(judged);
  const scores = [...kinds].map((kind) => {
    const ofKind = ({ site }) => site?.kind === kind;
    return [kind, totals(judged.filter(ofKind), required.filter(ofKind), found)];
  });
  return Object.fromEntries(scores.filter(([, s]) => s.required + s.right + s.wrong > 0));
}

/** Sites whose form does not count: how many of those that resolve were found. */
function apartOf(answers, judged) {
  const found = new Set(
    judged.filter(({ verdict }) => verdict === 'apart').map(({ site }) => site),
  );
  const sites = answers.sites.filter(
    ({ form, targets }) => !counted.has(form) && targets.length > 0,
  );
  const forms = [...new Set(sites.map(({ form }) => form))].sort();
  return Object.fromEntries(
    forms.map((form) => {
      const ofForm = sites.filter((site) => site.form === form);
      const hit = ofForm.filter((site) => found.has(site)).length;
      return [form, { found: hit, required: ofForm.length, recall: share(hit, ofForm.length) }];
    }),
  );
}

function countBy(list, keyOfItem) {
  const counts = {};
  for (const item of list) counts[keyOfItem(item)] = (counts[keyOfItem(item)] ?? 0) + 1;
  return counts;
}

const silentSites = (answers, { spoken }) =>
  answers.sites.filter(
    ({ form, file, line, col }) => counted.has(form) && !spoken.has(keyOf(file, line, col)),
  );

function missedOf(judged, required, exported) {
  const found = foundBy(judged);
  const said = new Index();
  for (const { edge } of judged) said.add(keyOf(edge.file, edge.line, edge.col), edge);
  const open = new Index();
  for (const row of exported.open) open.add(keyOf(row.file, row.line, row.col), row.reason);
  return required
    .filter(({ target }) => !found.has(target))
    .map(({ site, target }) => {
      const key = keyOf(site.file, site.line, site.col);
      return { site, target, edges: said.get(key), reason: open.get(key)[0] };
    });
}
