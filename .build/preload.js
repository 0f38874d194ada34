'use strict'
// Preload: joins the modules that every process loads into one file, dist/preload.js.
//
// To find, read and compile 15 files takes twice as long as one. Each module is still one of Node's module cache, under
// its own file's name, so that modules which are loaded later share it.

const { execFileSync } = require('node:child_process')
const { readFileSync, writeFileSync } = require('node:fs')
const { join, relative } = require('node:path')

const dist = join(__dirname, '../dist')

const modules = findLoaded().map((name) => {
  const text = readFileSync(join(dist, name), 'utf8').replace(/^"use strict";\n/, '')
  // In parentheses, so that V8 compiles the functions at once instead of twice.
  return `${JSON.stringify(name)}: (function (exports, require, module, __filename, __dirname) {\n${text}}),\n`
})

writeFileSync(
  join(dist, 'preload.js'),
  `'use strict';
// Made by the build from the modules that every process loads.
const { dirname, join, normalize, sep } = require('node:path');
const modules = { __proto__: null,
${modules.join('')}};
function load(name) {
  const file = join(__dirname, name);
  const cached = require.cache[file];
  if (cached) return cached.exports;
  const loaded = new module.constructor(file, module);
  loaded.filename = file;
  loaded.paths = module.paths;
  require.cache[file] = loaded;
  modules[name].call(loaded.exports, loaded.exports, createRequire(name, loaded), loaded, file, dirname(file));
  loaded.loaded = true;
  return loaded.exports;
}
function createRequire(name, loaded) {
  const own = (id) => {
    const path = id[0] === '.' ? normalize(join(dirname(name), id)).split(sep).join('/') : '';
    return modules[path] ? load(path) : loaded.require(id);
  };
  own.cache = require.cache;
  return own;
}
module.exports = load('register.js');
`,
)

/** The modules that are loaded with dist/register.js, by their path in dist. */
function findLoaded() {
  const program = `require('./register.js'); console.log(JSON.stringify(Object.keys(require.cache)))`
  const env = { ...process.env, NODE_OPTIONS: '' }
  const output = execFileSync(process.execPath, ['-e', program], {
    cwd: dist,
    env,
    encoding: 'utf8',
  })
  return JSON.parse(output)
    .map((path) => relative(dist, path).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('..'))
}
