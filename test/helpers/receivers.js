'use strict'
// Real receivers of syslog, rsyslogd and syslog-ng, each a process of the test's own with ports and files of its own.

const assert = require('node:assert/strict')
const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const { existsSync, readFileSync, writeFileSync } = require('node:fs')
const { connect, createServer } = require('node:net')
const { join } = require('node:path')
const { setTimeout: rest } = require('node:timers/promises')
const { ROOT, scratch } = require('./run.js')

const SYSLOG_NG = join(ROOT, '.cache/syslog-ng')
const PATH = `${process.env.PATH}:/usr/sbin`

/** Has both there, installed if they are missing and we may. */
function prepareReceivers() {
  try {
    execFileSync('rsyslogd', ['-v'], { env: { ...process.env, PATH } })
    assert.ok(existsSync(join(SYSLOG_NG, 'usr/sbin/syslog-ng')), 'syslog-ng is missing')
  } catch (error) {
    if (process.getuid?.() !== 0) {
      const script = 'test/helpers/install-receivers.sh'
      throw new Error(`rsyslogd and syslog-ng are needed: run ${script} as root`, { cause: error })
    }
    execFileSync(join(__dirname, 'install-receivers.sh'), { timeout: 180_000 })
  }
}

/** A certificate for localhost and its key. @param {string} directory */
function makeCertificate(directory) {
  const cert = join(directory, 'cert.pem')
  const key = join(directory, 'key.pem')
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject]
  execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  return { cert, key }
}

/** @typedef {{ tcp: number, udp: number, tls: number, plain: number }} Ports */

/** Ports nobody listens on. @returns {Promise<Ports>} */
async function findPorts() {
  const servers = [0, 1, 2, 3].map(() => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const [tcp, udp, tls, plain] = servers.map((server) => {
    return /** @type {import('node:net').AddressInfo} */ (server.address()).port
  })
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return { tcp, udp, tls, plain }
}

/**
 * Starts one of the two; it writes what it has understood of each message into a file, as JSON.
 * @param {{ after(fn: () => unknown): void }} t
 * @param {'rsyslog' | 'syslog-ng'} kind
 */
async function startReceiver(t, kind) {
  prepareReceivers()
  const directory = scratch(t)
  const ports = await findPorts()
  const tls = makeCertificate(directory)
  const out = join(directory, 'out.log')
  const config = join(directory, 'receiver.conf')
  const make = kind === 'rsyslog' ? configureRsyslog : configureSyslogNg
  writeFileSync(config, make({ directory, ports, out, ...tls }))
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child
  let said = ''
  const start = async () => {
    const started = launch(kind, directory, config)
    child = started
    started.stdout?.on('data', (text) => (said += text))
    started.stderr?.on('data', (text) => (said += text))
    for (let i = 0; i < 400; i++) {
      if (started.exitCode !== null) throw new Error(`${kind} has ended: ${said.slice(-2000)}`)
      if (existsSync(join(directory, 'log.sock')) && (await isUp(kind, ports))) return
      await rest(25)
    }
    throw new Error(`${kind} does not listen: ${said.slice(-2000)}`)
  }
  /** Ends it in good order. @param {NodeJS.Signals} [signal] */
  const stop = async (signal = 'SIGTERM') => {
    const stopped = child
    child = undefined
    if (!stopped) return
    const ended = once(stopped, 'exit')
    stopped.kill(signal)
    await ended
  }
  t.after(() => stop('SIGKILL'))
  await start()
  const read = () => (existsSync(out) ? readMessages(readFileSync(out, 'utf8')) : [])
  return {
    ports,
    ca: tls.cert,
    socket: join(directory, 'log.sock'),
    stream: join(directory, 'stream.sock'),
    start,
    stop,
    /** What it has written so far, without a line it may be in the middle of. @returns {Message[]} */
    read,
    /** Its messages behind those `from`, once there are `count` in all. @param {number} count @param {number} [from] */
    async waitFor(count, from = 0) {
      for (let i = 0; i < 400 && read().length < count; i++) await rest(25)
      return read().slice(from)
    },
    said: () => said,
    /** Stops and continues it. @param {NodeJS.Signals} signal */
    signal: (signal) => child?.kill(signal),
  }
}

/** @typedef {{ pri: string, stamp: string, host: string, app: string, pid: string, msgid: string, sdata: string, msg: string }} Message */

/** @param {string} text @returns {Message[]} */
function readMessages(text) {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

/** @param {string} kind @param {string} directory @param {string} config */
function launch(kind, directory, config) {
  if (kind === 'rsyslog') {
    const args = ['-n', '-f', config, '-i', join(directory, 'pid'), '-C']
    return spawn('rsyslogd', args, { env: { ...process.env, PATH }, stdio: 'pipe' })
  }
  const files = ['-R', 'persist', '-c', 'ctl', '-p', 'pid'].map((each) => {
    return each.startsWith('-') ? each : join(directory, each)
  })
  const libraries = join(SYSLOG_NG, 'usr/lib/syslog-ng')
  const modules = `--module-path=${join(libraries, '3.38')}`
  return spawn(join(SYSLOG_NG, 'usr/sbin/syslog-ng'), ['-F', '-f', config, modules, ...files], {
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
    stdio: 'pipe',
  })
}

/** @param {string} kind @param {Ports} ports @returns {Promise<boolean>} */
async function isUp(kind, { tcp, tls, plain }) {
  for (const port of kind === 'rsyslog' ? [tcp, tls] : [tcp, tls, plain]) {
    const socket = connect(port, '127.0.0.1')
    const isListening = await new Promise((resolve) => {
      socket.on('error', () => resolve(false))
      socket.on('connect', () => resolve(true))
    })
    socket.destroy()
    if (!isListening) return false
  }
  return true
}

/** @typedef {{ directory: string, ports: Ports, out: string, cert: string, key: string }} Place */

/** @param {Place} place */
function configureRsyslog({ directory, ports, out, cert, key }) {
  const properties = {
    pri: 'pri',
    stamp: 'timereported',
    host: 'hostname',
    app: 'app-name',
    pid: 'procid',
    msgid: 'msgid',
    sdata: 'structured-data',
    msg: 'msg',
  }
  const list = Object.entries(properties).map(([name, property]) => {
    const date = name === 'stamp' ? ' dateFormat="rfc3339"' : ''
    return `property(outname="${name}" name="${property}" format="jsonf"${date})`
  })
  return `
global(workDirectory="${directory}" maxMessageSize="256k" net.enableDNS="off"
  defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="${cert}"
  defaultNetstreamDriverCertFile="${cert}" defaultNetstreamDriverKeyFile="${key}")
main_queue(queue.type="direct")
module(load="imudp")
module(load="imtcp" maxSessions="100")
module(load="imuxsock" sysSock.use="off")
template(name="json" type="list" option.jsonf="on") { ${list.join('\n')} }
ruleset(name="all" queue.type="direct") {
  action(type="omfile" file="${out}" template="json" asyncWriting="off")
}
input(type="imudp" address="127.0.0.1" port="${ports.udp}" rcvbufSize="4m" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="${ports.tcp}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="${ports.tls}" ruleset="all"
  streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imuxsock" socket="${join(directory, 'log.sock')}" rateLimit.interval="0" ruleset="all")
`
}

/** @param {Place} place */
function configureSyslogNg({ directory, ports, out, cert, key }) {
  const fields =
    'pri=$PRI stamp=$ISODATE host=$HOST app=$PROGRAM pid=$PID msgid=$MSGID sdata=$SDATA msg=$MSG'
  const tls = `tls(key-file("${key}") cert-file("${cert}") peer-verify(optional-untrusted))`
  const at = 'ip("127.0.0.1") max-connections(100) log-iw-size(100000)'
  return `
@version: 3.38
options { keep-hostname(yes); use-dns(no); stats-freq(0); log-msg-size(262144); frac-digits(6); };
source s {
  syslog(transport("tcp") port(${ports.tcp}) ${at});
  syslog(transport("udp") ip("127.0.0.1") port(${ports.udp}) so-rcvbuf(4194304));
  syslog(transport("tls") port(${ports.tls}) ${at} ${tls});
  network(transport("tcp") port(${ports.plain}) ${at});
  unix-stream("${join(directory, 'stream.sock')}");
  unix-dgram("${join(directory, 'log.sock')}");
};
destination d { file("${out}" template("$(format-json ${fields})\\n")); };
log { source(s); destination(d); flags(flow-control); };
`
}

/** Parameters of the element `logshare@32473`, and the sequence id. @param {string} sdata */
function parseData(sdata) {
  const [, id] = /\[meta sequenceId="(\d+)"/.exec(sdata) ?? []
  /** @type {Record<string, string>} */
  const params = {}
  const from = sdata.indexOf('[logshare@32473 ')
  for (const [, name, value] of sdata
    .slice(from)
    .matchAll(/ ([^=\s\]"]+)="((?:[^"\\\]]|\\.)*)"/g)) {
    params[name] = value.replaceAll(/\\(["\\\]])/g, '$1')
  }
  return { seq: Number(id), ...params }
}

/**
 * The records messages are of, as far as delivery goes.
 * @param {Message[]} messages @returns {any[]}
 */
function recordsOf(messages) {
  return messages.map(({ pid, sdata, msg }) => {
    if (sdata.includes('[logshare@32473')) return { pid, ...parseData(sdata) }
    const at = msg.lastIndexOf(' {"tid":')
    assert.ok(at >= 0, `not one of ours: ${msg.slice(0, 300)}`)
    return { pid, ...JSON.parse(msg.slice(at)) }
  })
}

module.exports = { makeCertificate, parseData, recordsOf, startReceiver }
