'use strict'
// Bundles: joins the modules that are loaded together into one file each: dist/preload.js, dist/bundles/*.js.
//
// To find, read and compile 15 files takes twice as long as one. Each module is still one of Node's module cache, under
// its own file's name, so that modules which are loaded in another way share it.

const { mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join, posix } = require('node:path')
const { shrink } = require('./shrink.js')

const dist = join(__dirname, '../dist')

/** What every process loads. */
const PRELOAD = ['register.js', 'core/diagnostics.js']
/** By role, what a process asks for in that role; everything that this imports comes with it. */
const ROLES = {
  esm: ['adapters/kit/hook/esm.js'],
  child: [
    'spawn/output.js',
    'adapters/node/console.js',
    'adapters/node/crash.js',
    'adapters/node/debuglog.js',
    'adapters/node/direct.js',
    'adapters/node/streams.js',
    'adapters/node/warning.js',
    'adapters/node/writes.js',
    'adapters/pino/channel.js',
    'core/trust.js',
  ],
  record: ['tree/child.js', 'tree/follower.js', 'adapters/kit/capture/take.js'],
  root: ['tree/root.js', 'tree/sweep.js', 'config/config.js'],
  spawn: ['spawn/processes.js', 'spawn/workers.js', 'core/limits.js'],
  print: ['handlers/console.js'],
  file: ['handlers/file/handler.js'],
  inline: ['listener/inline-listener.js', 'handlers/relay.js'],
}
/** The main program of the listener's thread, with what most of them load. */
const THREAD = ['listener/thread.js', 'handlers/relay.js', 'listener/status.js']

const texts = new Map()
const preload = closure(PRELOAD)
const groups = group()

mkdirSync(join(dist, 'bundles'), { recursive: true })
write('preload.js', template('.', preload, contents(), "module.exports = load('register.js');"))
for (const [name, modules] of groups)
  write(`bundles/${name}.js`, `module.exports = ${table(modules)};\n`)
write(
  'bundles/thread.js',
  template(
    '..',
    closure(THREAD),
    contents().filter(([bundle]) => ['print', 'file'].includes(bundle)),
    "load('listener/thread.js');",
  ),
)

/** The modules with these, and all that they import at once. */
function closure(names, found = new Set()) {
  for (const name of names) {
    if (found.has(name)) continue
    found.add(name)
    const imports = read(name).matchAll(/^\S.*\brequire\("(\.[^"]+)"\)/gm)
    closure(
      [...imports].map(([, path]) => posix.join(posix.dirname(name), path)),
      found,
    )
  }
  return found
}

// What a child and a root need is in bundles of its own, so that no process reads a module twice.
function group() {
  const roles = Object.entries(ROLES).map(([role, names]) => [role, closure(names)])
  const found = new Map()
  for (const name of new Set(roles.flatMap(([, modules]) => [...modules]))) {
    if (preload.has(name)) continue
    const of = roles.filter(([, modules]) => modules.has(name)).map(([role]) => role)
    const isOfRoot = ['root', 'print', 'file', 'inline'].some((role) => of.includes(role))
    const bundle =
      of.includes('child') && isOfRoot
        ? 'base'
        : of.includes('record') && isOfRoot
          ? 'common'
          : of[0]
    found.set(bundle, [...(found.get(bundle) ?? []), name])
  }
  return found
}

// Without `join`: hundreds of calls are so many that V8 optimizes it, for 10 ms of CPU and 3 MB in every process.
function template(root, modules, bundles, start) {
  return `'use strict';
// Made by the build.
const { dirname, join, sep } = require('node:path');
const root = ${root === '.' ? '__dirname' : 'dirname(__dirname)'};
const modules = ${table(modules)};
const bundles = ${JSON.stringify(bundles)};
const files = { __proto__: null };
function load(name) {
  const file = files[name] ??= root + sep + (sep === '/' ? name : name.replaceAll('/', sep));
  const cached = require.cache[file];
  if (cached) return cached.exports;
  const loaded = new module.constructor(file, module);
  loaded.filename = file;
  loaded.paths = module.paths;
  require.cache[file] = loaded;
  modules[name].call(loaded.exports, loaded.exports, createRequire(loaded), loaded, file, dirname(file));
  loaded.loaded = true;
  return loaded.exports;
}
// Modules of the package are asked for by their name, others as usual.
function createRequire(loaded) {
  const own = (id) => {
    if (id[0] !== '#') return loaded.require(id);
    const name = id.slice(1);
    return has(name) ? load(name) : loaded.require(join(root, name));
  };
  own.cache = require.cache;
  return own;
}
function has(name) {
  if (modules[name]) return true;
  const bundle = bundles.find(([, names]) => names.includes(' ' + name + ' '));
  if (bundle) Object.assign(modules, require(join(root, 'bundles', bundle[0])));
  return bundle !== undefined;
}
${start}
`
}

/** The bundles, each with the names of its modules. */
function contents() {
  return [...groups].map(([bundle, names]) => [bundle, ` ${names.join(' ')} `])
}

// Each in parentheses, so that V8 compiles the functions at once instead of twice.
function table(modules) {
  const entries = [...modules].map((name) => {
    return `${JSON.stringify(name)}: (function (exports, require, module, __filename, __dirname) {\n${minify(name)}}),\n`
  })
  return `{ __proto__: null,\n${entries.join('')}}`
}

// Shrunk, with the names of modules in place of their paths.
function minify(name) {
  const text = read(name)
    .replace(/^"use strict";\n/, '')
    .replace(/(?<=\brequire\(["'])\.[^"']+\.js(?=["']\))/g, (path) => {
      return `#${posix.join(posix.dirname(name), path)}`
    })
  return shrink(text)
}

function read(name) {
  if (!texts.has(name)) texts.set(name, readFileSync(join(dist, name), 'utf8'))
  return texts.get(name)
}

function write(name, text) {
  writeFileSync(join(dist, name), text)
}
