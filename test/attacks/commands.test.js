'use strict'
// Commands: root looks after other users' applications with the rights that those have; a listener's successor loads only
// what the application has handed to its children.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { command, startOrphans, until } = require('../helpers/orphans')
const {
  cleanEnv,
  collect,
  FIXTURES,
  killGroup,
  readLog,
  REGISTER,
  scratch,
} = require('../helpers/run')
const {
  actAs,
  addUser,
  createPlace,
  runAs,
  startAs,
  SUPERUSER,
  trapConfig,
} = require('../helpers/users')

const CLI = 'node_modules/logshare/dist/cli/main.js'

test('root sees, and reopens the files of, applications of other users', async (t) => {
  const { place, app } = createPlace(t)
  const user = addUser(t, place)
  const log = join(user.home, 'app.log')
  const config = JSON.stringify({ handlers: [{ type: 'file', path: log }] })
  const env = { TMPDIR: place, LOGSHARE_CONFIG: config }
  const child = startAs(user, ['-r', 'logshare/register', 'steps.js'], env, app)
  t.after(() => child.kill('SIGKILL'))
  child.stdin.write('{"do":"fork"}\n{"do":"log","count":3}\n')
  const home = join(place, `logshare-${user.uid}`)
  await until(
    () => fs.existsSync(log) && fs.readFileSync(log, 'utf8').split('\n').length > 6,
    'log',
  )
  const shown = await runAs(SUPERUSER, [CLI, 'ps', '--json'], { TMPDIR: place }, app)
  assert.deepEqual([shown.code, shown.stderr], [0, ''])
  assert.deepEqual(
    JSON.parse(shown.stdout).map((/** @type {any} */ each) => each.pid),
    [child.pid],
  )
  fs.renameSync(log, `${log}.1`)
  const { code, stderr } = await runAs(SUPERUSER, [CLI, 'reopen'], { TMPDIR: place }, app)
  assert.deepEqual([code, stderr, fs.existsSync(log)], [0, '', true])
  assert.equal(fs.statSync(log).uid, user.uid)
  // What the user links there is not followed with root's rights.
  const [run = ''] = fs.readdirSync(home)
  const precious = join(place, 'precious')
  fs.writeFileSync(precious, 'text', { mode: 0o600 })
  actAs(user, () => {
    process.kill(Number(child.pid), 'SIGSTOP')
    fs.symlinkSync(precious, join(home, run, 'reopen'))
  })
  const refused = await runAs(SUPERUSER, [CLI, 'reopen', String(child.pid)], { TMPDIR: place }, app)
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /EACCES[^\n]*\(LOGSHARE_ERR_DIR\)\n$/)
  assert.equal(fs.readFileSync(precious, 'utf8'), 'text')
  const rest = await runAs(SUPERUSER, [CLI, 'recover', join(home, run)], { TMPDIR: place }, app)
  assert.equal(rest.code, 1)
  assert.match(rest.stderr, /expected it to belong to user 0, it belongs to user \d+/)
})

test('recover loads no module that only a config.json names', async (t) => {
  const app = await startOrphans(t, { children: 1, records: 1e6 })
  await app.fallBehind(200)
  app.killAll()
  await app.ended()
  const config = join(app.directory, 'config.json')
  const before = fs.readFileSync(config, 'utf8')
  const marker = join(app.base, 'marker')
  const module = join(app.base, 'trap.js')
  fs.writeFileSync(module, `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`)
  fs.writeFileSync(config, JSON.stringify(trapConfig(module)))
  const { code, stderr } = await command(['recover', app.directory])
  assert.equal(code, 1)
  assert.match(
    stderr,
    /^logshare: [^\n]*: not recovered, it has a handler of the type module or pino: add --modules/,
  )
  assert.ok(!fs.existsSync(marker))
  fs.writeFileSync(config, before)
  assert.equal((await command(['recover', app.directory])).code, 0)
  app.assertComplete()
})

test('a child that was started after config.json was changed does not take over with it', async (t) => {
  const folder = scratch(t)
  const [log, go, pids, marker, module] = ['app.log', 'go', 'pids', 'marker', 'trap.js'].map(
    (name) => join(folder, name),
  )
  const directory = join(folder, 'run')
  fs.writeFileSync(
    String(module),
    `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`,
  )
  const env = cleanEnv({
    LOGSHARE_DIR: directory,
    LOGSHARE_CONFIG: JSON.stringify({ handlers: [{ type: 'file', path: log }] }),
  })
  const program = join(FIXTURES, 'death/heir.js')
  const root = spawn(
    process.execPath,
    ['-r', REGISTER, program, 'root', String(go), String(pids)],
    { env, detached: true, stdio: 'pipe' },
  )
  t.after(() => killGroup(root))
  const ended = collect(Object.assign(root, { stdin: null }), { limit: 60_000 })
  const read = () => (fs.existsSync(String(log)) ? fs.readFileSync(String(log), 'utf8') : '')
  await until(() => read().includes('child'), 'first record')
  const config = join(directory, 'config.json')
  const before = fs.readFileSync(config, 'utf8')
  fs.writeFileSync(config, JSON.stringify(trapConfig(String(module))))
  fs.writeFileSync(String(go), '')
  const [child] = (
    await until(
      () => fs.existsSync(String(pids)) && fs.readFileSync(String(pids), 'utf8'),
      'grandchild',
    )
  ).split(' ')
  await until(() => read().includes('grandchild'), 'its first record')
  process.kill(Number(root.pid), 'SIGKILL')
  process.kill(Number(child), 'SIGKILL')
  const { stderr } = await ended
  assert.match(
    stderr,
    /the log is not taken over, [^\n]*: its config.json is not the one of the application \(LOGSHARE_WARN_LISTENER\)\n$/,
  )
  assert.ok(!fs.existsSync(String(marker)), 'code was loaded')
  fs.writeFileSync(config, before)
  assert.equal((await command(['recover', directory])).code, 0)
  assertDelivered(readLog(String(log)))
  assert.ok(read().split('grandchild').length > 20)
})
