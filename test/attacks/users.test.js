'use strict'
// Other users: their processes run, and either their records are in the log or one line says why they are not.

const assert = require('node:assert/strict')
const { chmodSync, cpSync, existsSync, mkdirSync, renameSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { startAttacked } = require('../helpers/attacked')
const { command } = require('../helpers/orphans')
const { readLog, ROOT, run, scratch } = require('../helpers/run')

const NOBODY = 65_534

/** Folders as on a real machine: those of the superuser, and a temporary one for all. @param {import('node:test').TestContext} t */
function prepare(t) {
  const folder = scratch(t)
  chmodSync(folder, 0o755)
  const [tmp, runtime] = [join(folder, 'tmp'), join(folder, 'runtime')]
  mkdirSync(tmp)
  chmodSync(tmp, 0o1777)
  mkdirSync(runtime, { mode: 0o700 })
  const path = join(folder, 'app.log')
  const config = { handlers: [{ type: 'file', path }] }
  return { folder, tmp, path, config, env: { TMPDIR: tmp, XDG_RUNTIME_DIR: runtime } }
}

/** @param {string} path */
const children = (path) => readLog(path).filter(({ name }) => name === 'child').length

it('spawn with a uid: the program runs without logshare, and one line says so', async (t) => {
  const { config, env } = prepare(t)
  const app = startAttacked(t, { config, env })
  assert.equal(await app.take(`child-uid ${NOBODY}`), 0)
  assert.equal(await app.take(`child-uid ${NOBODY}`), 0)
  assert.equal(await app.end(), 0)
  assert.equal(app.notices().length, 1, app.notices().join('\n'))
  assert.match(
    String(app.notices()[0]),
    /user 65534 start without logshare.*\(LOGSHARE_WARN_FAILED_OPEN\)$/,
  )
})

it('spawn with a gid alone: its records are in the log', async (t) => {
  const { path, config, env } = prepare(t)
  const app = startAttacked(t, { config, env })
  assert.equal(await app.take(`child-gid ${NOBODY}`), 0)
  assert.equal(await app.end(), 0)
  assert.equal(children(path), 1)
  assert.deepEqual(app.notices(), [])
})

it('setuid in the root after its first child: later children are in the log', async (t) => {
  const { path, config, env } = prepare(t)
  const app = startAttacked(t, { config, env })
  assert.equal(await app.take('child'), 0)
  await app.take('flush')
  await app.take(`setuid ${NOBODY}`)
  assert.equal(await app.take('child'), 0)
  assert.equal(await app.end(), 0)
  assert.equal(children(path), 2)
  assert.ok(app.notices().length <= 2, app.notices().join('\n'))
})

it('setuid in the root, where that user may not read logshare: children run without it', async (t) => {
  const { folder, config, env } = prepare(t)
  const home = join(folder, 'home')
  mkdirSync(home, { mode: 0o700 })
  for (const name of ['dist', 'register.js', 'package.json']) {
    cpSync(join(ROOT, name), join(home, name), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'))
  const program = join(folder, 'program.js')
  const child = `require('node:child_process').fork(${JSON.stringify(program)}, ['child'])`
  require('node:fs').writeFileSync(
    program,
    `
    if (process.argv[2] === 'child') process.exit(7)
    require(${JSON.stringify(home)}).install()
    process.setuid(${NOBODY})
    process.chdir('/')
    ${child}.on('exit', (code) => process.exit(code))
  `,
  )
  const { code, stderr } = await run(program, { way: 'none', config, env })
  assert.equal(code, 7, stderr)
  assert.match(stderr, /^logshare: children start without logshare: user 65534 may not read .*\n$/)
})

it('spawn with another user: the variables of this process stay as they are', async (t) => {
  const { config, env, folder } = prepare(t)
  const program = join(folder, 'variables.js')
  require('node:fs').writeFileSync(
    program,
    `const before = process.env.NODE_OPTIONS
    require('node:child_process')
      .spawn('true', [], { uid: ${NOBODY} })
      .on('exit', (code) => console.log(code, process.env.NODE_OPTIONS === before))`,
  )
  const { stdout } = await run(program, { way: 'NODE_OPTIONS', config, env })
  assert.equal(stdout, '0 true\n')
})

it('setuid in a child before its first record: it is printed, and one line says why', async (t) => {
  const { path, config, env } = prepare(t)
  const app = startAttacked(t, { config, env })
  assert.equal(await app.take('child'), 0)
  assert.equal(await app.take(`child-setuid ${NOBODY}`), 0)
  assert.equal(await app.end(), 0)
  assert.equal(children(path), 1)
  assert.match(app.printed.join('\n'), /logged by a child/)
  assert.equal(app.notices().length, 1, app.notices().join('\n'))
  assert.match(
    String(app.notices()[0]),
    /may not use the log of its parent, and prints: EACCES.*\(LOGSHARE_WARN_FAILED_OPEN\)$/,
  )
})

it("the superuser's reopen reaches applications of other users, or fails", async (t) => {
  const { tmp, folder } = prepare(t)
  const home = join(folder, 'home')
  mkdirSync(home)
  require('node:fs').chownSync(home, NOBODY, NOBODY)
  const path = join(home, 'app.log')
  const env = { TMPDIR: tmp, XDG_RUNTIME_DIR: '' }
  const prefix = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  const app = startAttacked(t, { config: { handlers: [{ type: 'file', path }] }, env, prefix })
  await app.take('living')
  await app.take('log 10')
  await app.take('flush')
  renameSync(path, `${path}.1`)
  const done = await command(['reopen'], { env })
  assert.equal(done.code, 0, done.stderr)
  assert.ok(existsSync(path))
  await app.take('log 10')
  // It does not answer: stopped.
  app.child.kill('SIGSTOP')
  const silent = await command(['reopen'], { env })
  assert.equal(silent.code, 1)
  assert.match(
    silent.stderr,
    /\/logshare-65534\/[^:]+: no answer within 10 s \(LOGSHARE_ERR_DIR\)\n$/,
  )
  app.child.kill('SIGCONT')
  assert.equal(await app.end(), 0)
  const records = [path, `${path}.1`].flatMap(readLog).filter(({ name }) => name === 'living')
  assert.equal(records.length, 20)
})

it('commands that find nothing say so', async (t) => {
  const { env } = prepare(t)
  const results = await Promise.all([
    command(['ps'], { env }),
    command(['reopen'], { env }),
    command(['recover'], { env }),
  ])
  assert.deepEqual(
    results.map(({ code }) => code),
    [1, 1, 1],
  )
  for (const { stderr } of results)
    assert.match(stderr, /^logshare: (this user runs no|no application|nothing to)/)
})
