'use strict'
// Programs that are no libraries of ours: each writes a log into a folder, and ends.

const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { get } = require('node:http')
const { createServer } = require('node:net')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} command
 * @property {readonly string[]} version arguments that print its version
 * @property {(folder: string) => Promise<string>} write resolves to the path of the log
 * @property {readonly (readonly [message: string, level: number, logger?: string])[]} has records that are in it
 * @property {number} [lines] lines of each record
 * @property {string} [heading] what a line without a time begins with
 * @property {number} [precision] of its times, in ms
 */

/** Runs a program until its log has the text. */
async function until(command, args, { path, text, cwd, act = async () => {} }) {
  const child = spawn(command, args, { cwd, stdio: 'ignore' })
  const ended = once(child, 'exit')
  const has = (/** @type {string} */ part) =>
    existsSync(path) && readFileSync(path, 'utf8').includes(part)
  for (let i = 0; i < 600 && !has(text); i++) {
    await act().catch(() => {})
    await sleep(50)
  }
  child.kill('SIGTERM')
  await ended
  return path
}

/** @param {object} options */
function request(options) {
  return new Promise((resolve, reject) => {
    get(options, (answer) => answer.resume().on('end', resolve)).on('error', reject)
  })
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  server.close()
  return port
}

/** @param {string} folder @param {string} kind */
async function nginx(folder, kind) {
  const socket = join(folder, 'socket')
  const config = join(folder, 'nginx.conf')
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log info; events {}
http { access_log ${folder}/access.log combined; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
server { listen unix:${socket}; root ${folder}; } }`,
  )
  const path = join(folder, `${kind}.log`)
  const text = kind === 'error' ? 'open()' : 'GET /none'
  const act = () => request({ socketPath: socket, path: '/none' })
  return until('nginx', ['-c', config, '-p', folder], { path, text, cwd: folder, act })
}

/** @param {string} folder @param {string} kind */
async function apache(folder, kind) {
  const port = await freePort()
  const config = join(folder, 'apache.conf')
  const module = (/** @type {string} */ name) =>
    `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`
  writeFileSync(
    config,
    `ServerRoot ${folder}\nPidFile ${folder}/pid\nListen 127.0.0.1:${port}\nServerName localhost\n${module('mpm_event')}
${module('authz_core')}\nUser www-data\nGroup www-data\nDocumentRoot ${folder}\nErrorLog ${folder}/error.log
CustomLog ${folder}/access.log "%h %l %u %t \\"%r\\" %>s %b"\n`,
  )
  const path = join(folder, `${kind}.log`)
  const text = kind === 'error' ? 'resuming normal operations' : 'GET /none'
  const act = () => request({ port, host: '127.0.0.1', path: '/none' })
  return until('apache2', ['-DFOREGROUND', '-f', config], { path, text, cwd: folder, act })
}

const PYTHON = `import logging, sys
logging.basicConfig(filename=sys.argv[1], level=logging.INFO, format='%(asctime)s [%(threadName)s] %(levelname)s %(name)s - %(message)s')
log = logging.getLogger('db')
log.info('alpha')
log.warning('beta')
try: 1 / 0
except Exception: log.exception('gamma')
`

const PYTHON_JSON = `import logging, sys
from pythonjsonlogger import jsonlogger
handler = logging.FileHandler(sys.argv[1])
handler.setFormatter(jsonlogger.JsonFormatter('%(asctime)s %(levelname)s %(name)s %(message)s'))
log = logging.getLogger('db')
log.addHandler(handler)
log.setLevel(logging.INFO)
log.info('alpha')
log.warning('beta')
try: 1 / 0
except Exception: log.exception('gamma')
`

const JAVA = `import java.util.logging.*;
public class Main { public static void main(String[] args) throws Exception {
  Logger log = Logger.getLogger("db"); log.setUseParentHandlers(false);
  FileHandler out = new FileHandler(args[0]); out.setFormatter(new SimpleFormatter()); log.addHandler(out);
  log.info("alpha"); log.warning("beta"); log.log(Level.SEVERE, "gamma", new RuntimeException("of its own")); } }
`

/** @type {readonly Program[]} */
const PROGRAMS = [
  {
    name: 'nginx, combined',
    command: 'nginx',
    version: ['-v'],
    write: (folder) => nginx(folder, 'access'),
    has: [['GET /none', Number.NaN]],
    precision: 1000,
  },
  {
    name: 'nginx, error',
    command: 'nginx',
    version: ['-v'],
    write: (folder) => nginx(folder, 'error'),
    has: [['open()', 50]],
    precision: 1000,
  },
  {
    name: 'Apache, access',
    command: 'apache2',
    version: ['-v'],
    write: (folder) => apache(folder, 'access'),
    has: [['GET /none', Number.NaN]],
    precision: 1000,
  },
  {
    name: 'Apache, error',
    command: 'apache2',
    version: ['-v'],
    write: (folder) => apache(folder, 'error'),
    has: [['resuming normal operations', 30, 'mpm_event']],
  },
  {
    name: 'redis',
    command: 'redis-server',
    version: ['--version'],
    write: (folder) => {
      const path = join(folder, 'redis.log')
      const args = ['--port', '0', '--unixsocket', join(folder, 's'), '--logfile', path]
      return until('redis-server', args, { path, text: 'eady to accept', cwd: folder })
    },
    has: [['eady to accept', 30]],
  },
  {
    name: 'nats-server',
    command: 'nats-server',
    version: ['--version'],
    write: (folder) => {
      const path = join(folder, 'nats.log')
      const args = ['-a', '127.0.0.1', '-p', '-1', '-l', path]
      return until('nats-server', args, { path, text: 'Server is ready', cwd: folder })
    },
    has: [['Server is ready', 30]],
  },
  {
    name: 'Python, logging',
    command: 'python3',
    version: ['--version'],
    write: async (folder) => {
      const path = join(folder, 'python.log')
      execFileSync('python3', ['-c', PYTHON, path])
      return path
    },
    has: [
      ['alpha', 30, 'db'],
      ['beta', 40, 'db'],
      ['gamma\nTraceback', 50, 'db'],
    ],
  },
  {
    name: 'Python, python-json-logger',
    command: '/usr/bin/python3', // Debian's, for its package python3-pythonjsonlogger
    version: ['-c', 'from importlib.metadata import version; print(version("python-json-logger"))'],
    write: async (folder) => {
      const path = join(folder, 'python-json.log')
      execFileSync('/usr/bin/python3', ['-c', PYTHON_JSON, path])
      return path
    },
    has: [
      ['alpha', 30, 'db'],
      ['beta', 40, 'db'],
      ['gamma', 50, 'db'],
    ],
  },
  {
    name: 'java.util.logging',
    command: 'java',
    version: ['-version'],
    write: async (folder) => {
      mkdirSync(folder, { recursive: true })
      const [path, source] = [join(folder, 'java.log'), join(folder, 'Main.java')]
      writeFileSync(source, JAVA)
      execFileSync('java', ['-Duser.language=en', '-Duser.country=US', source, path])
      return path
    },
    has: [
      ['alpha', 30],
      ['beta', 40],
      ['gamma\njava.lang.RuntimeException', 50],
    ],
    precision: 1000,
  },
]

module.exports = { PROGRAMS }
