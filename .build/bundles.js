'use strict'
// Bundles: joins the modules that are loaded together into one file each: dist/preload.js, dist/bundles/*.js.
//
// To find, read and compile 15 files takes twice as long as one. Each module is still one of Node's module cache, under
// its own file's name, so that modules which are loaded in another way share it.

const { createHash } = require('node:crypto')
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
groups.set('preload', [...preload])
const tables = new Map([...groups].map(([name, modules]) => [name, table(modules)]))
const listener = closure(THREAD)
tables.set('listener', table(listener))
const stamp = createHash('sha256')
  .update([...tables.values()].join())
  .digest('hex')
  .slice(0, 16)
for (const [name, text] of tables) write(`bundles/${name}.js`, text)
write('preload.js', program('__dirname', 'register.js', contents()))
write(
  'bundles/thread.js',
  program('dirname(__dirname)', 'listener/thread.js', [
    ['listener', ` ${[...listener].join(' ')} `],
    ...contents().filter(([bundle]) => ['print', 'file'].includes(bundle)),
  ]),
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

// The loader, which begins with the bundle that has the first module.
function program(root, start, bundles) {
  const values = { start, stamp, bundles }
  const lines = Object.entries(values).map(
    ([name, value]) => `const ${name} = ${JSON.stringify(value)};`,
  )
  const loader = readFileSync(join(__dirname, 'loader.js'), 'utf8')
  return `'use strict';\n${shrink(`${lines.join('\n')}\n${loader}`.replace(/^const folder/m, `const root = ${root};\n$&`))}`
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
  return `({ __proto__: null,\n${entries.join('')}})\n`
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
