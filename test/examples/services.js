// Services: the examples that run under a supervisor. pm2 is one of the tests' own; for systemd, which needs a machine, its
// units are checked and their commands are run, and logrotate is the real one.

const assert = require('node:assert/strict')
const { execFileSync, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const { join } = require('node:path')
const { gunzipSync } = require('node:zlib')
const { audit } = require('../helpers/delivery.js')
const { packagesOf } = require('../helpers/packages.js')
const { needPrograms } = require('../helpers/programs.js')
const { readLines, ROOT } = require('../helpers/run.js')
const { addUser, createPlace, runAs, startAs } = require('../helpers/users.js')
const { ask, freePort, npmStart, start, until } = require('./place.js')

/** @typedef {import('./place.js').Place} Place */

const ASKED = 30

/** Complete, single and in order. @param {any[]} records */
function checkComplete(records) {
  const { lost, doubled, disordered } = audit(records)
  assert.deepEqual({ lost, doubled, disordered }, { lost: 0, doubled: 0, disordered: 0 })
}

/** @param {Place} place */
async function runPm2(place) {
  const port = await freePort()
  const env = {
    PM2_HOME: join(place.temporary, 'pm2'),
    LOGSHARE_DIR: join(place.temporary, 'log'),
    PORT: port,
  }
  /** @param {string[]} args */
  const pm2 = (...args) => start(place, ['pm2', ...args], env).end()
  const all = place.path('all.log')
  /** @param {RegExp} text */
  const count = (text) =>
    fs.existsSync(all) ? (fs.readFileSync(all, 'utf8').match(text)?.length ?? 0) : 0
  const askAll = async () => {
    for (let number = 0; number < ASKED; number++) await ask(port, `/item/${number}`)
  }
  place.after(() => endDaemon(env.PM2_HOME))
  await npmStart(place, env).end()
  await until(() => count(/"msg":"ready"/g) === 4 && count(/"msg":"listening"/g) === 1)
  await askAll()
  await pm2('restart', 'collector')
  await pm2('restart', 'api')
  await until(() => count(/"msg":"listening"/g) === 2)
  await askAll()
  await pm2('delete', 'api', 'jobs')
  await until(() => count(/"msg":"request"/g) === 2 * ASKED)
  await pm2('stop', 'collector')
  await pm2('kill')
  const records = place.log('all.log')
  checkComplete(records)
  const kinds = records.map(({ source, name }) => `${source.replace(/#\d+/, '')} ${name}`)
  assert.deepEqual([...new Set(kinds)].sort(), [
    'api api',
    'jobs jobs',
    'jobs/worker#1 jobs.thread',
  ])
  assert.equal(new Set(records.map(({ source }) => source)).size, 2 + 2 * 2)
}

/** Should `pm2 kill` not have been reached. @param {string} home */
function endDaemon(home) {
  const file = join(home, 'pm2.pid')
  const pid = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0
  const command = `/proc/${pid}/cmdline`
  // Its title, in which there is its home.
  if (pid > 0 && fs.existsSync(command) && fs.readFileSync(command, 'utf8').includes(home))
    process.kill(pid, 'SIGKILL')
}

/** @param {Place} place */
async function runSystemd(place) {
  needPrograms({ 'systemd-analyze': 'systemd', logrotate: 'logrotate' })
  const machine = createMachine(place)
  // A key that systemd does not know is a warning.
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...machine.units])
  assert.deepEqual([status, String(stderr)], [0, ''])
  const port = await freePort()
  const [collector, api] = machine.units.map(readUnit)
  await runAs(machine.user, collector.prepare, collector.env, collector.cwd).then(
    ({ code, stderr }) => assert.equal(code, 0, stderr),
  )
  const programs = [collector, api].map(({ command, env, cwd }) => {
    const program = startAs(machine.user, command, { ...env, PORT: port }, cwd)
    place.after(() => program.kill('SIGKILL'))
    return program
  })
  const all = join(machine.logs, 'all.log')
  await until(() => fs.existsSync(all) && fs.readFileSync(all, 'utf8').includes('"listening"'))
  for (let nth = 1; nth <= 3; nth++) {
    const asked = Array.from({ length: ASKED }, (_, i) => ask(port, `/${nth}/${i}`))
    execFileSync('logrotate', ['-f', '-s', join(place.temporary, 'status'), machine.rotation], {
      stdio: 'pipe',
    })
    await Promise.all(asked)
    await until(() => fs.existsSync(all) && fs.statSync(all).size > 0)
  }
  await until(
    () => readAll(machine.logs).filter(({ msg }) => msg === 'handled').length === 3 * ASKED,
  )
  for (const program of programs.reverse()) {
    const ended = new Promise((resolve) => program.once('exit', resolve))
    program.kill('SIGTERM')
    await ended
  }
  checkRotated(machine)
}

/** The folders that systemd makes for the units, and its files with the paths of here. @param {Place} place */
function createMachine(place) {
  const { place: base, app } = createPlace(place)
  const user = addUser(place, base)
  const [run, logs] = ['run', 'log'].map((name) => join(base, name))
  for (const folder of [run, logs]) {
    fs.mkdirSync(folder, { mode: 0o700 })
    fs.chownSync(folder, user.uid, user.gid)
  }
  // In a folder that a group may write, logrotate does nothing as root.
  fs.chmodSync(logs, 0o775)
  for (const name of packagesOf('pino'))
    fs.cpSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name), {
      recursive: true,
    })
  const copy = (file, to) => {
    const text = fs.readFileSync(place.path(file), 'utf8')
    const here = text
      .replaceAll('/srv/app', app)
      .replaceAll('/run/logshare', run)
      .replaceAll('/var/log/logshare', logs)
      .replaceAll('/etc/logshare.json', join(base, 'logshare.json'))
      .replaceAll('/usr/bin/node', process.execPath)
      .replace('User=app', `User=${user.name}`)
      .replace('su app app', `su ${user.name} ${user.name}`)
    fs.writeFileSync(join(to, file), here, { mode: 0o644 })
    return join(to, file)
  }
  copy('api.js', app)
  copy('logshare.json', base)
  const units = ['logshare-collect.service', 'api.service'].map((file) => copy(file, base))
  return { user, logs, units, rotation: copy('logrotate.conf', base) }
}

/** What systemd would run. @param {string} path */
function readUnit(path) {
  const text = fs.readFileSync(path, 'utf8')
  const get = (key) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  const settings = [...text.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line]) => [
    ...line.matchAll(/"([^"]*)"|(\S+)/g),
  ])
  const env = Object.fromEntries(
    settings.map(([, quoted, plain]) => {
      const [, name, value] = /^(\w+)=(.*)$/.exec(quoted ?? plain) ?? []
      return [name, value]
    }),
  )
  const [prepare, command] = ['ExecStartPre', 'ExecStart'].map((key) =>
    get(key).split(' ').slice(1),
  )
  return { prepare, command, env, cwd: get('WorkingDirectory') }
}

/** @param {string} folder */
function readAll(folder) {
  return fs
    .readdirSync(folder)
    .flatMap((name) => {
      const bytes = fs.readFileSync(join(folder, name))
      const text = String(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
      return readLines(text.slice(0, text.lastIndexOf('\n') + 1))
    })
    .sort((a, b) => a.seq - b.seq)
}

/** @param {ReturnType<typeof createMachine>} machine */
function checkRotated({ logs, user }) {
  assert.deepEqual(fs.readdirSync(logs).sort(), [
    'all.log',
    'all.log.1.gz',
    'all.log.2.gz',
    'all.log.3.gz',
  ])
  for (const name of fs.readdirSync(logs)) assert.equal(fs.statSync(join(logs, name)).uid, user.uid)
  const records = readAll(logs)
  checkComplete(records)
  const count = (name) => records.filter((record) => record.name === name).length
  assert.deepEqual([count('api'), count('api.thread')], [3 * ASKED + 1, 3 * ASKED])
  const sources = new Set(records.map(({ source }) => source.replace(/#\d+/, '')))
  assert.deepEqual([...sources].sort(), ['api', 'api/worker#1'])
}

module.exports = { runPm2, runSystemd }
