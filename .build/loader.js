// Loader: runs the modules that are joined in bundles, compiled from V8's code cache where there is one.
//
// Each is still one of Node's module cache, under its own file's name, so that modules which are loaded in another way share it.
// The build puts `root`, `stamp`, `start` and `bundles` in front.
//
// To compile takes half of the time of a start. What V8 has compiled is kept beside the bundles, by the first process that runs
// for a while: whoever may write there could change the code as well. V8 checks its version, its flags and the length of the
// text; `stamp` is of what is in it.

const { closeSync, existsSync, fstatSync, openSync, readdirSync } = require('node:fs')
const { readFileSync, renameSync, statSync, writeFileSync } = require('node:fs')
const { dirname, join, sep } = require('node:path')
const { Script } = require('node:vm')

/** Time (ms) after which what was compiled is kept: with the functions that have been called by then. */
const DELAY = 250
/** How many files are kept: one for each bundle, V8, and set of V8's flags. */
const MOST = 100
const folder = join(root, 'bundles')
const compiled = []
const modules = { __proto__: null }
const files = { __proto__: null }
const later = setTimeout
/**
 * What the names of caches end with. On Node 20, a cache has the path of its bundle in it: one that was copied would name
 * the other place.
 */
let suffix = `.${stamp}-${hashOf(folder)}-${process.versions.v8}-${process.arch}`
let hasFlags = false

has(start)
module.exports = load(start)

// Without `join`: hundreds of calls are so many that V8 optimizes it, for 10 ms of CPU and 3 MB in every process.
function load(name) {
  files[name] ??= root + sep + (sep === '/' ? name : name.replaceAll('/', sep))
  const file = files[name]
  const cached = require.cache[file]
  if (cached) return cached.exports
  const loaded = new module.constructor(file, module)
  loaded.filename = file
  loaded.paths = module.paths
  require.cache[file] = loaded
  modules[name].call(
    loaded.exports,
    loaded.exports,
    createRequire(loaded),
    loaded,
    file,
    dirname(file),
  )
  loaded.loaded = true
  return loaded.exports
}

// Modules of the package are asked for by their name, others as usual.
function createRequire(loaded) {
  const own = (id) => {
    if (id[0] !== '#') return loaded.require(id)
    const name = id.slice(1)
    return has(name) ? load(name) : loaded.require(join(root, name))
  }
  own.cache = require.cache
  return own
}

function has(name) {
  if (modules[name]) return true
  const bundle = bundles.find(([, names]) => names.includes(` ${name} `))
  if (bundle) Object.assign(modules, evaluate(bundle[0]))
  return bundle !== undefined
}

function hashOf(text) {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return (hash >>> 0).toString(36)
}

function evaluate(name) {
  const filename = join(folder, `${name}.js`)
  const cachedData = readKept(filename, `${filename}${suffix}`)
  const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData })
  if (script.cachedDataRejected) nameByFlags()
  if (!cachedData || script.cachedDataRejected) keepLater(script, `${filename}${suffix}`)
  return script.runInThisContext()
}

// The cache is one for other flags of V8: this process has one of its own, with the hash that V8 puts into it.
function nameByFlags() {
  if (!hasFlags) suffix += `-${new Script('0').createCachedData().toString('hex', 12, 16)}`
  hasFlags = true
}

// What another user has written is not used, unless it is the one whose code runs here.
function readKept(filename, path) {
  let file
  try {
    if (!existsSync(path)) return undefined
    file = openSync(path, 'r')
    const { uid, mode } = fstatSync(file)
    const owners = () => [0, process.geteuid(), statSync(filename).uid]
    const isTrusted = !process.geteuid || ((mode & 0o22) === 0 && owners().includes(uid))
    return isTrusted ? readFileSync(file) : undefined
  } catch {
    return undefined // it has just been removed
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function keepLater(script, path) {
  if (compiled.push([script, path]) === 1) later(keep, DELAY).unref()
}

// Never throws. Another user's folder, root's for others, is left as it is.
function keep() {
  const made = compiled.splice(0)
  try {
    if (process.env.NODE_DISABLE_COMPILE_CACHE) return
    if (process.geteuid && process.geteuid() !== statSync(folder).uid) return
    const kept = readdirSync(folder).filter((file) => file.includes(stamp))
    if (kept.length + made.length <= MOST) for (const each of made) write(...each)
  } catch {
    // The folder may not be written, or has gone.
  }
}

// Complete when it gets its name.
function write(script, path) {
  if (existsSync(path)) return
  const draft = `${path}${process.pid}`
  writeFileSync(draft, script.createCachedData(), { flag: 'wx', mode: 0o644, flush: true })
  renameSync(draft, path)
}
