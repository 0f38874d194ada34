'use strict'
// Stranger: another user of the machine can neither read nor write the log, stop the application, nor set a trap for
// it.

const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery.js')
const {
  cleanEnv,
  collect,
  FIXTURES,
  killGroup,
  readLog,
  readLines,
  REGISTER,
  run,
  scratch,
} = require('../helpers/run.js')

const STRANGER = 65_534
const UNIX = process.platform !== 'win32'
const PROGRAM = join(FIXTURES, 'hostile/neighbours.js')
/** Passed as text, because the other user may not be able to read the package. */
const CODE = fs.readFileSync(join(FIXTURES, 'hostile/stranger.js'), 'utf8')

/** Runs code as another user; fails unless this process may change its user. @param {string[]} args */
function asStranger(...args) {
  assert.equal(process.getuid?.(), 0, 'these tests need a second user: run them as root')
  const { status, stdout, stderr, error } = spawnSync(process.execPath, ['-e', ...args], {
    uid: STRANGER,
    gid: STRANGER,
    cwd: '/',
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  })
  assert.equal(error, undefined, `no process of user ${STRANGER}: ${error?.message}`)
  assert.equal(status, 0, stderr)
  return stdout
}

/** Creates a directory like /tmp: world-writable and sticky. @param {import('node:test').TestContext} t */
function publicDirectory(t) {
  const path = join(scratch(t), 'tmp')
  fs.mkdirSync(path)
  fs.chmodSync(join(path, '..'), 0o755)
  fs.chmodSync(path, 0o1777)
  return path
}

/** @param {string} directory @returns {string[]} */
const directoriesIn = (directory) =>
  fs
    .readdirSync(directory, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => join(directory, name))

for (const variable of ['XDG_RUNTIME_DIR', 'TMPDIR', 'LOGSHARE_DIR']) {
  it(`has no access to a directory in ${variable}`, { skip: !UNIX }, async (t) => {
    const place = publicDirectory(t)
    const path = join(place, '../app.log')
    const config = { adapters: false, handlers: [{ type: 'file', path }] }
    const value = variable === 'LOGSHARE_DIR' ? join(place, 'one/two') : place
    const env = cleanEnv({
      XDG_RUNTIME_DIR: '',
      LOGSHARE_CONFIG: JSON.stringify(config),
      [variable]: value,
    })
    // With umask 0: logshare's files are protected even if the application's are not.
    const careless = 'umask 0; exec "$0" -r "$1" "$2"'
    const program = spawn('sh', ['-c', careless, process.execPath, REGISTER, PROGRAM], {
      env,
      stdio: 'pipe',
      detached: true,
    })
    t.after(() => killGroup(program))
    const begun = once(program.stdout, 'data')
    const { stdin } = program
    const held = Object.assign(program, { stdin: Object.assign(stdin, { end: () => stdin }) })
    const ended = collect(held, { limit: 60_000 })
    await begun
    const runtime = variable === 'LOGSHARE_DIR' ? value : directoriesIn(directoriesIn(place)[0])[0]
    const files = await filesOf(runtime)
    for (const file of files) {
      const stats = fs.statSync(join(runtime, file), { throwIfNoEntry: false })
      if (stats) assert.equal(stats.mode & 0o077, 0, file) // a `.new` file may have been renamed meanwhile
    }
    const { uid, groups, calls, ...tries } = JSON.parse(asStranger(CODE, runtime, files.join()))
    assert.deepEqual([uid, groups.includes(0)], [STRANGER, false])
    assert.deepEqual(calls, ['EACCES'])
    for (const [name, outcome] of Object.entries(tries)) {
      assert.match(outcome, /^(?:EACCES|EPERM)$/, name)
    }
    stdin.write('stop\n')
    const { code, stdout, stderr } = await ended
    assert.deepEqual([code, stderr], [0, ''])
    const { counted, stats } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
    const [worker, one, two] = counted
    const expected = { root: 1, 'worker#1': worker, 'fork#1': one, 'fork#2': two }
    assertDelivered(readLog(path), expected)
    assert.equal(stats.damaged, 0)
  })
}

/** The files of a runtime directory once its listener's doorbell works. @param {string} runtime */
async function filesOf(runtime) {
  for (let tries = 0; tries < 500; tries++) {
    const files = fs.readdirSync(runtime)
    const isReady = files.includes('bell.sock') && files.some((file) => file.endsWith('.q'))
    if (isReady && (fs.statSync(join(runtime, 'bell.sock')).mode & 0o077) === 0) return files
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return assert.fail('no listener')
}

/** What the other user creates at `path`, as JavaScript. */
const TRAPS = {
  'a directory': 'fs.mkdirSync(path, { mode: 0o700 })',
  'a directory for all': 'fs.mkdirSync(path); fs.chmodSync(path, 0o777)',
  'a link to a directory': `
    fs.mkdirSync(path + '-target'); fs.chmodSync(path + '-target', 0o777)
    fs.symlinkSync(path + '-target', path)`,
  'a link to a directory of root': 'fs.symlinkSync("/etc", path)',
  'a link to nowhere': 'fs.symlinkSync(path + "-nowhere", path)',
  'a file': 'fs.writeFileSync(path, "")',
}

for (const [trap, code] of Object.entries(TRAPS)) {
  it(`cannot disturb the application by creating ${trap} in advance`, {
    skip: !UNIX,
  }, async (t) => {
    const place = publicDirectory(t)
    const path = join(place, `logshare-${process.getuid?.()}`)
    const program = `const fs = require('node:fs'); const path = process.argv[1]; ${code}`
    asStranger(program, path)
    const before = snapshot(place)
    const log = join(place, '../app.log')
    const reports = join(place, '../report')
    const config = { handlers: [{ type: 'file', path: log }] }
    const env = { XDG_RUNTIME_DIR: '', TMPDIR: place, TEST_REPORT: reports }
    const { code: exit, stdout, stderr } = await run('directory/root.js', { config, env })
    assert.equal(exit, 0, stderr)
    // Another name is used.
    assert.match(
      stderr,
      /^logshare: runtime directory [^\n]*; using [^\n]*-[0-9a-f]{8} \(LOGSHARE_WARN_FAILED_OPEN\)\n$/,
    )
    assert.ok(stderr.includes(path))
    assert.equal(stdout.split('printed\n').length - 1, 3)
    assert.equal(readLines(fs.readFileSync(reports, 'utf8')).length, 1)
    const counts = { root: 1, 'worker#1': 101, 'fork#1': 101, 'fork#2': 101, 'spawn#1': 100 }
    assertDelivered(readLog(log), counts)
    assert.deepEqual(
      snapshot(place).filter((name) => !/-[0-9a-f]{8}$/.test(name)),
      before,
    )
  })
}

/** All files beneath a directory. @param {string} directory */
function snapshot(directory) {
  return fs.readdirSync(directory, { recursive: true }).map(String).sort()
}
