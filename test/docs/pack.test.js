'use strict'
// The package as npm would publish it: what it names is in it, and nothing of an earlier build is.

const { before, after, describe, it } = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} = require('node:fs')
const { tmpdir } = require('node:os')
const { dirname, join, relative } = require('node:path')
const { readPage } = require('../helpers/markdown.js')
const { cleanEnv, ROOT } = require('../helpers/run.js')

const base = mkdtempSync(join(tmpdir(), 'logshare-pack-'))
/** The package where an application has it. */
const PACKAGE = join(base, 'node_modules/logshare')
/** Read in the repository only. */
const PICTURES = /^docs\/terminal\/[\w-]+\.png$/
/** Left in dist/ by a build before a file was renamed. */
const STALE = ['dist/stale.js', 'dist/stale.js.map']

/** @type {string[]} */
let files = []

before(() => {
  files = pack()
})
after(() => rmSync(base, { recursive: true, force: true }))

describe('package', () => {
  it('has what package.json names', () => {
    const { main, types, bin, exports } = JSON.parse(read('package.json'))
    const targets = [main, types, ...Object.values(bin)]
    for (const target of Object.values(exports)) {
      targets.push(...(typeof target === 'string' ? [target] : Object.values(target)))
    }
    assert.ok(targets.length >= 8)
    for (const target of targets) assert.ok(existsSync(join(PACKAGE, target)), target)
    for (const target of Object.values(bin)) assert.match(read(target), /^#!\/usr\/bin\/env node\n/)
  })

  it('has what its pages link to', () => {
    const pages = files.filter((file) => file.endsWith('.md'))
    assert.ok(
      ['README.md', 'CHANGELOG.md', 'docs/handlers.md'].every((page) => pages.includes(page)),
    )
    for (const page of pages) {
      const { links } = readPage(join(PACKAGE, page))
      for (const link of links.filter((each) => !/^([a-z]+:|#)/.test(each))) {
        const target = join(dirname(page), link.split('#')[0])
        assert.equal(files.includes(target), !PICTURES.test(target), `${page}: ${link}`)
      }
    }
  })

  it('has the sources of its maps, and the maps that it names', () => {
    const scripts = files.filter((file) => file.endsWith('.js'))
    assert.ok(scripts.length > 100)
    for (const file of scripts) {
      const map = /^\/\/# sourceMappingURL=(.+)$/m.exec(read(file))?.[1]
      if (map) assert.ok(files.includes(join(dirname(file), map)), `${file}: ${map}`)
    }
    for (const file of files.filter((each) => each.endsWith('.map'))) {
      for (const source of JSON.parse(read(file)).sources) {
        assert.ok(files.includes(join(dirname(file), source)), `${file}: ${source}`)
      }
    }
  })

  it('has nothing of an earlier build, and no tests or sources', () => {
    const others = files.filter((file) => STALE.includes(file) || /^(test|src|bench)\//.test(file))
    assert.deepEqual(others, [])
  })

  it('has the types that its types import, and no others', () => {
    const types = files.filter((file) => file.endsWith('.d.ts'))
    const imported = new Set(['dist/index.d.ts', 'register.d.ts'])
    for (const file of imported) {
      for (const [, path] of read(file).matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.js['"]/g)) {
        imported.add(join(dirname(file), `${path}.d.ts`))
      }
    }
    assert.deepEqual(types.sort(), [...imported].sort())
  })

  for (const [module, moduleResolution, extension] of [
    ['node16', 'node16', 'cts'],
    ['nodenext', 'nodenext', 'mts'],
    ['esnext', 'bundler', 'mts'],
  ]) {
    it(`has types for TypeScript's ${moduleResolution} in a .${extension} file`, () => {
      const file = join(base, `${module}.${extension}`)
      writeFileSync(
        file,
        `import { addHandler, type Config, getLogger, install, type LogRecord, type Options } from 'logshare'
import 'logshare/register'
const config: Config = { level: 'info', production: { level: 'warn' } }
const options: Options = { handlers: [{ type: 'file', path: 'a.log', format: 'ecs' }] }
const undo: () => void = install(options)
addHandler((record: LogRecord) => void record.msg)
getLogger('a').info({ n: 1 }, 'b')
// @ts-expect-error no such level
install({ level: 'loud' })
export { config, undo }
`,
      )
      const flags = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', module]
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
      const types = [
        '--moduleResolution',
        moduleResolution,
        '--types',
        'node',
        '--target',
        'es2023',
      ]
      execFileSync(process.execPath, [tsc, ...flags, ...types, file], {
        cwd: base,
        stdio: 'pipe',
      })
    })
  }

  it('works where it is installed', () => {
    const script = "require('logshare').getLogger('a').info('b')"
    const args = ['-r', 'logshare/register', '-e', script]
    const output = execFileSync(process.execPath, args, { cwd: base, env: cleanEnv() })
    assert.equal(JSON.parse(String(output)).msg, 'b')
  })
})

/** Packs a copy of the project, which builds it there, and installs that; returns the paths of its files. */
function pack() {
  const project = join(base, 'project')
  const skipped = ['node_modules', '.git', 'dist', 'test', 'bench', '.cache'].map((name) =>
    join(ROOT, name),
  )
  cpSync(ROOT, project, { recursive: true, filter: (path) => !skipped.includes(path) })
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'))
  mkdirSync(join(project, 'dist'))
  for (const file of STALE) writeFileSync(join(project, file), '')
  const args = ['pack', '--json', '--foreground-scripts=false', '--pack-destination', base]
  const env = cleanEnv({ npm_config_update_notifier: 'false' })
  const output = execFileSync('npm', args, { cwd: project, env, encoding: 'utf8' })
  const [{ filename }] = JSON.parse(output)
  mkdirSync(PACKAGE, { recursive: true })
  const archive = join(base, filename)
  execFileSync('tar', ['-xzf', archive, '-C', PACKAGE, '--strip-components=1'])
  // The packages it needs, as npm would install them beside it.
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) {
      symlinkSync(join(ROOT, 'node_modules', name), join(base, 'node_modules', name))
    }
  }
  return readdirSync(PACKAGE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(PACKAGE, join(entry.parentPath ?? entry.path, entry.name)))
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(PACKAGE, file), 'utf8')
}
