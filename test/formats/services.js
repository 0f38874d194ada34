'use strict'
// Services of a system that write logs: PostgreSQL, the journal, syslog-ng, Caddy; and Ruby.

const { execFileSync, spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const { existsSync, readFileSync, writeFileSync, chownSync } = require('node:fs')
const { connect } = require('node:net')
const { join } = require('node:path')
const { install } = require('../apps/install.js')
const { setTimeout: sleep } = require('node:timers/promises')

const LAUNCHERS = join(__dirname, '../launchers')
const REMOTE = '/lib/systemd/systemd-journal-remote'

/** Waits until a log has a text. @param {string} path @param {string} text */
async function has(path, text) {
  for (let i = 0; i < 600; i++) {
    if (existsSync(path) && readFileSync(path, 'utf8').includes(text)) return
    await sleep(50)
  }
  throw new Error(`${path} has no ${text}`)
}

/** Runs a program until `act` is done. @param {string} command @param {string[]} args @param {object} options */
async function during(command, args, options, act) {
  const child = spawn(command, args, { stdio: 'ignore', ...options })
  const ended = once(child, 'exit')
  try {
    await act()
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

/** PostgreSQL does not run as root. @param {string} folder @param {string} ending */
async function postgres(folder, ending) {
  const isRoot = process.getuid?.() === 0
  const id = (/** @type {string} */ flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const user = isRoot ? { uid: id('-u'), gid: id('-g') } : {}
  if (isRoot) chownSync(folder, id('-u'), id('-g'))
  const data = join(folder, 'data')
  const options = { ...user, cwd: folder }
  execFileSync('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres'], {
    ...options,
    stdio: 'ignore',
  })
  const settings = [
    "listen_addresses=''",
    `unix_socket_directories=${folder}`,
    'logging_collector=on',
    'log_destination=stderr,csvlog,jsonlog',
    `log_directory=${folder}`,
    'log_filename=pg.log',
  ]
  const flags = settings.flatMap((setting) => ['-c', setting.replace("''", '')])
  const path = join(folder, `pg.${ending}`)
  await during('postgres', ['-D', data, ...flags], options, async () => {
    await has(path, 'ready to accept')
    const question = "SELECT 'two\nlines', nope"
    spawnSync('psql', ['-h', folder, '-U', 'postgres', '-c', question], options)
    await has(path, 'two')
  })
  return path
}

/** A journal that another machine has sent. @param {string} folder @param {string} format */
async function journal(folder, format) {
  const records = [6, 4, 3].map(
    (priority, at) => `__REALTIME_TIMESTAMP=${Date.now() * 1000 + at}
__MONOTONIC_TIMESTAMP=${at + 1}
_BOOT_ID=0123456789abcdef0123456789abcdef
PRIORITY=${priority}
_HOSTNAME=host
SYSLOG_IDENTIFIER=db
_PID=12
`,
  )
  // What has more than one line, behind its length.
  const long = 'gamma\n    at x'
  const length = `${String.fromCharCode(long.length)}${'\0'.repeat(7)}`
  const messages = ['MESSAGE=alpha', 'MESSAGE=beta', `MESSAGE\n${length}${long}`]
  const [sent, file, path] = ['sent', 'x.journal', 'log'].map((name) => join(folder, name))
  writeFileSync(sent, records.map((record, at) => `${record}${messages[at]}\n\n`).join(''))
  execFileSync(REMOTE, ['-o', file, sent], { stdio: 'ignore' })
  writeFileSync(
    path,
    execFileSync('journalctl', ['--file', file, '-o', format, '--no-pager', '-q']),
  )
  return path
}

/** @param {string} folder @param {string} template */
async function syslogNg(folder, template) {
  const [socket, path, config] = ['socket', 'log', 'conf'].map((name) => join(folder, name))
  writeFileSync(
    config,
    `@version: 3.38
source in { unix-stream("${socket}"); };
destination out { file("${path}" ${template}); };
log { source(in); destination(out); };`,
  )
  const control = ['--control', join(folder, 'ctl'), '--persist-file', join(folder, 'persist')]
  const args = ['-F', '-f', config, '--pidfile', join(folder, 'pid'), ...control]
  await during('syslog-ng', args, {}, async () => {
    for (let i = 0; i < 600 && !existsSync(socket); i++) await sleep(50)
    const date = new Date()
      .toString()
      .slice(4, 24)
      .replace(/ \d{4}/, '')
      .replace(/ 0/, '  ')
    const lines = ['<14>', '<12>', '<11>'].map(
      (priority, at) => `${priority}${date} db[12]: ${['alpha', 'beta', 'gamma'][at]}\n`,
    )
    connect(socket).end(lines.join(''))
    await has(path, 'gamma')
  })
  return path
}

const RUBY = `require 'logger'
log = Logger.new(ARGV[0], progname: 'db')
log.info('alpha')
log.warn('beta')
begin; raise 'gamma'; rescue => e; log.error(e); end
`

/** @param {string} folder @param {string[]} flags */
async function pm2(folder, flags) {
  const [app, path] = [join(folder, 'app.js'), join(folder, 'log')]
  writeFileSync(app, "console.log('alpha'); setInterval(() => {}, 1000)")
  const options = {
    cwd: folder,
    env: { ...process.env, PM2_HOME: join(folder, 'home') },
    timeout: 60_000,
  }
  const command = join(install(LAUNCHERS), 'node_modules/pm2/bin/pm2')
  const run = (/** @type {string[]} */ ...args) =>
    execFileSync(process.execPath, [command, ...args], { ...options, stdio: 'ignore' })
  try {
    run('start', app, '--name', 'db', '--log', path, ...flags)
    await has(path, 'alpha')
  } finally {
    run('kill')
  }
  return path
}

/** @type {readonly (readonly [message: string, level: number, logger?: string])[]} */
const THREE = [
  ['alpha', 30, 'db'],
  ['beta', 40, 'db'],
  ['gamma', 50, 'db'],
]

/** @type {readonly import('./programs.js').Program[]} */
const SERVICES = [
  ...[
    ['text', 'log', '\n\tlines'],
    ['CSV', 'csv', ''],
    ['JSON', 'json', ''],
  ].map(([title, ending = '']) => ({
    name: `PostgreSQL, ${title}`,
    command: 'postgres',
    version: ['--version'],
    write: (/** @type {string} */ folder) => postgres(folder, ending),
    has: /** @type {any} */ ([
      ['ready to accept', 30],
      ['column "nope" does not exist'.replaceAll('"', ending === 'json' ? '\\"' : '"'), 50],
    ]),
  })),
  ...['json', 'export', 'short-full', 'short-iso-precise', 'short-precise', 'short-unix'].map(
    (format) => ({
      name: `journalctl -o ${format}`,
      command: REMOTE,
      version: ['--version'],
      write: (/** @type {string} */ folder) => journal(folder, format),
      has: /^(?:json|export)$/.test(format)
        ? THREE
        : THREE.map(([message]) => /** @type {const} */ ([`host db[12]: ${message}`, Number.NaN])),
      precision: format === 'short-full' ? 1000 : 1,
    }),
  ),
  {
    name: 'syslog-ng',
    command: 'syslog-ng',
    version: ['--version'],
    write: (folder) => syslogNg(folder, ''),
    has: THREE.map(([message]) => [`db[12]: ${message}`, Number.NaN]),
    precision: 1000,
  },
  {
    name: 'syslog-ng, RFC 5424',
    command: 'syslog-ng',
    version: ['--version'],
    write: (folder) => syslogNg(folder, 'flags(syslog-protocol)'),
    has: THREE,
    precision: 1000,
  },
  {
    name: 'syslog-ng, JSON',
    command: 'syslog-ng',
    version: ['--version'],
    write: (folder) =>
      syslogNg(
        folder,
        'template("$(format-json --scope rfc5424 --exclude DATE --key ISODATE)\\n")',
      ),
    has: THREE,
    precision: 1000,
  },
  {
    name: 'Caddy',
    command: 'caddy',
    version: ['version'],
    write: async (folder) => {
      const [config, path] = [join(folder, 'caddy.json'), join(folder, 'caddy.log')]
      const logs = { default: { writer: { output: 'file', filename: path } } }
      writeFileSync(config, JSON.stringify({ admin: { disabled: true }, logging: { logs } }))
      const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
      await during('caddy', ['run', '--config', config], { env }, () =>
        has(path, 'serving initial configuration'),
      )
      return path
    },
    has: [
      ['admin endpoint disabled', 40, 'admin'],
      ['serving initial configuration', 30],
    ],
  },
  ...[
    ['text', '--time'],
    ['JSON', '--log-type', 'json'],
  ].map(([title, ...flags]) => ({
    name: `pm2, ${title}`,
    command: process.execPath,
    get version() {
      const manifest = JSON.stringify(join(install(LAUNCHERS), 'node_modules/pm2/package.json'))
      return ['-p', `JSON.parse(fs.readFileSync(${manifest})).version`]
    },
    write: (/** @type {string} */ folder) => pm2(folder, flags),
    has: /** @type {any} */ ([['alpha', Number.NaN, title === 'JSON' ? 'db' : '']]),
    precision: 1000,
  })),
  {
    name: 'Ruby, Logger',
    command: 'ruby',
    version: ['--version'],
    write: async (folder) => {
      const path = join(folder, 'ruby.log')
      execFileSync('ruby', ['-e', RUBY, path])
      return path
    },
    has: [
      ['alpha', 30, 'db'],
      ['beta', 40, 'db'],
      ['gamma (RuntimeError)\n', 50, 'db'],
    ],
    heading: '# Logfile created on',
  },
]

module.exports = { SERVICES }
