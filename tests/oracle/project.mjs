// Opens a folder of JavaScript and TypeScript with the TypeScript checker: which files are judged,
// how modules and types are found, and where a node stands in its file.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const home = path.dirname(fileURLToPath(import.meta.url));

/** The folder whose lock file pins the checker, the packages of scores.json and Node's types. */
export const corpora = path.resolve(home, '../../bench/corpora');

export const ts = loadTypeScript();

function loadTypeScript() {
  const require = createRequire(path.join(corpora, 'package.json'));
  try {
    return require('typescript');
  } catch {
    throw new Error(`typescript is not installed in ${corpora}: run ./dev oracle, or npm ci there`);
  }
}

const sourceName = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const foreignFolders = new Set(['node_modules', 'bower_components']);
// Build output, at the root and beside a package.json.
const outputFolders = new Set(['build', 'coverage', 'dist', 'out', 'temp', 'tmp']);

/** All sources below `folder`, sorted; others' code, build output and minified files left out. */
export function sourcesBelow(folder, isRoot = true) {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  const hasOutput = isRoot || entries.some(({ name }) => name === 'package.json');
  const isSource = ({ name }) => sourceName.test(name) && !/\.min\.[cm]?js$/.test(name);
  const isOwn = ({ name }) =>
    !name.startsWith('.') && !foreignFolders.has(name) && !(hasOutput && outputFolders.has(name));
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const where = path.join(folder, entry.name);
      if (entry.isFile()) return isSource(entry) ? [where] : [];
      return entry.isDirectory() && isOwn(entry) ? sourcesBelow(where, false) : [];
    });
}

/** `paths` and `baseUrl` of the project's tsconfig.json or jsconfig.json: where modules are. */
function pathsOf(root) {
  const names = ['tsconfig.json', 'jsconfig.json'].map((name) => path.join(root, name));
  const file = names.find((name) => fs.existsSync(name));
  if (!file) return {};
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config ?? {}, ts.sys, root);
  const { paths, pathsBasePath = root, baseUrl } = options;
  return { ...(paths && { paths, pathsBasePath }), ...(baseUrl && { baseUrl }) };
}

/** The checker only resolves names here: it reports nothing, and plain JavaScript is its equal. */
function compilerOptions(root) {
  const typeRoots = [root, corpora].map((folder) => path.join(folder, 'node_modules/@types'));
  return {
    allowJs: true,
    checkJs: false,
    strict: true,
    useUnknownInCatchVariables: false,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ESNext,
    lib: ['lib.esnext.full.d.ts'],
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    esModuleInterop: true,
    jsx: ts.JsxEmit.Preserve,
    // A package's JavaScript is not read: what has no declared types is unknown.
    maxNodeModuleJsDepth: 0,
    types: ['node'],
    typeRoots: typeRoots.filter((folder) => fs.existsSync(folder)),
    ...pathsOf(root),
  };
}

const shared = new Map();

/** The declarations of the language and of Node are the same for every project: read once. */
function compilerHost(options) {
  const host = ts.createCompilerHost(options, true);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => {
    if (!/\/node_modules\/(?:typescript\/lib|@types\/node)\//.test(name)) {
      return getSourceFile(name, ...rest);
    }
    if (!shared.has(name)) shared.set(name, getSourceFile(name, ...rest));
    return shared.get(name);
  };
  return host;
}

/** Code 8xxx: "types can only be used in TypeScript files", which does no harm here. */
function parses(file) {
  const text = fs.readFileSync(file, 'utf8');
  const { parseDiagnostics } = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext);
  return !parseDiagnostics.some(({ code }) => code < 8000 || code >= 9000);
}

/**
 * Opens `root`. Files that do not parse are no part of the project and listed in `broken`.
 * `judged` are the files with code: their call sites are the ones that count.
 */
export function openProject(root) {
  const all = sourcesBelow(root);
  const sound = all.filter(parses);
  const options = compilerOptions(root);
  const program = ts.createProgram({ rootNames: sound, options, host: compilerHost(options) });
  const names = new Set(sound.map((file) => path.resolve(file)));
  const own = new Set(program.getSourceFiles().filter((f) => names.has(path.resolve(f.fileName))));
  return {
    root,
    checker: program.getTypeChecker(),
    own,
    judged: [...own].filter((file) => !file.isDeclarationFile),
    broken: all.filter((file) => !sound.includes(file)).map((file) => relative(root, file)),
    owns: (node) => own.has(node.getSourceFile()),
    isOfItsPackage: (node) => packageOf(node.getSourceFile().fileName) === packageOf(root),
    fileOf: (node) => relative(root, node.getSourceFile().fileName),
  };
}

/** The innermost folder of `node_modules` that a path lies in, or that it is; else the path. */
const packageOf = (name) =>
  /.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path.resolve(name))?.[0] ?? name;

export const relative = (root, file) => path.relative(root, file).split(path.sep).join('/');

/** Line and column of an offset, both from 1; columns in UTF-16 units. */
export function placeOf(node, offset = node.getStart()) {
  const { line, character } = node.getSourceFile().getLineAndCharacterOfPosition(offset);
  return { line: line + 1, col: character + 1 };
}
