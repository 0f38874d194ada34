'use strict'
// Logs "alpha" as info, "beta" as warn and "gamma" as error through a library, to the file that is given:
//
//   library.js name file [folder with other packages]

const { appendFileSync, createWriteStream } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { Writable } = require('node:stream')

const [, , name, path, folder = __dirname] = process.argv
const requireOther = createRequire(join(folder, 'x'))

/** Writes to the file at once. */
function toFile() {
  return new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      appendFileSync(path, text)
      done()
    },
  })
}

/** What is printed goes to the file. */
function catchPrinted() {
  for (const stream of [process.stdout, process.stderr])
    stream.write = (/** @type {any} */ text) => {
      appendFileSync(path, text)
      return true
    }
}

/** @param {{ info(text: string): void, warn(text: string): void, error(...args: unknown[]): void }} log */
function three(log) {
  log.info('alpha')
  log.warn('beta')
  log.error('gamma')
}

/** @type {Record<string, () => unknown>} */
const LIBRARIES = {
  pino: () => three(require('pino')({ name: 'db' }, toFile())),
  'pino-pretty': () => {
    const pretty = require('pino-pretty')({ colorize: true, destination: toFile(), sync: true })
    three(require('pino')({ name: 'db' }, pretty))
  },
  bunyan: () => {
    const log = require('bunyan').createLogger({ name: 'db', streams: [{ stream: toFile() }] })
    log.info({ date: '2001-01-01T00:00:00Z', ts: 1e9 }, 'alpha')
    log.warn('beta')
    log.error(new Error('gamma'))
  },
  'winston, JSON': () => {
    const { createLogger, format, transports } = require('winston')
    const log = createLogger({
      format: format.combine(format.timestamp(), format.json()),
      transports: [new transports.Stream({ stream: toFile() })],
    })
    log.info('alpha', { label: 'db', time: 35, date: '2001-01-01T00:00:00Z' })
    log.warn('beta', { label: 'db' })
    log.error('gamma', { label: 'db' })
  },
  'winston, text': () => {
    const { createLogger, format, transports } = require('winston')
    const { combine, timestamp, label, printf, colorize } = format
    const line = printf(
      (info) => `${info.timestamp} [${info.label}] ${info.level}: ${info.message}`,
    )
    const log = createLogger({
      format: combine(colorize(), label({ label: 'db' }), timestamp(), line),
      transports: [new transports.Stream({ stream: toFile() })],
    })
    three(log)
  },
  'log4js, coloured': () => {
    const log4js = require('log4js')
    const out = { type: 'fileSync', filename: path, layout: { type: 'coloured' } }
    log4js.configure({
      appenders: { out },
      categories: { default: { appenders: ['out'], level: 'all' } },
    })
    const log = log4js.getLogger('db')
    log.info('alpha')
    log.warn('beta')
    log.error('gamma', new Error('of its own'))
  },
  'tslog 4, JSON': () => {
    const { Logger } = require('tslog4')
    const log = new Logger({ name: 'db', type: 'hidden' })
    log.attachTransport((entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`))
    three(log)
  },
  'tslog 5, JSON': () => tslog('tslog', { type: 'json' }),
  'tslog 5, text': () => tslog('tslog', { type: 'pretty' }),
  'tslog 4, text': () => tslog('tslog4', { type: 'pretty' }),
  'tslog 3, JSON': () => tslog('tslog3', { type: 'json' }),
  'tslog 3, text': () => tslog('tslog3', { type: 'pretty' }),
  signale: () => {
    const { Signale } = require('signale')
    const log = new Signale({ scope: 'db', stream: toFile() })
    log.config({ displayTimestamp: true })
    three(log)
  },
  'winston 2, text': () => {
    const { Logger, transports } = requireOther('winston2')
    three(new Logger({ transports: [new transports.File({ stream: toFile(), json: false })] }))
  },
  Nest: () => {
    const { Logger } = requireOther('@nestjs/common')
    catchPrinted()
    const log = new Logger('db')
    log.log('alpha')
    log.warn('beta')
    log.error('gamma')
  },
  'LogTape, text': async () => {
    const { configure, getLogger, getStreamSink } = await import('@logtape/logtape')
    await logTape(configure, getStreamSink)
    three(getLogger(['db', 'pool']))
    await new Promise((resolve) => setTimeout(resolve, 50))
  },
  'LogTape, JSON': async () => {
    const { configure, getLogger, getStreamSink, jsonLinesFormatter } = await import(
      '@logtape/logtape'
    )
    await logTape(configure, getStreamSink, { formatter: jsonLinesFormatter })
    three(getLogger(['db', 'pool']))
    await new Promise((resolve) => setTimeout(resolve, 50))
  },
  roarr: () => {
    process.env.ROARR_LOG = 'true'
    const { ROARR, Roarr } = require('roarr')
    ROARR.write = (/** @type {string} */ line) => appendFileSync(path, `${line}\n`)
    three(Roarr.child({ package: 'db' }))
  },
  'consola, JSON': () => {
    const { createConsola } = /** @type {any} */ (require('consola'))
    const write = (/** @type {object} */ entry) =>
      appendFileSync(path, `${JSON.stringify(entry)}\n`)
    three(createConsola({ reporters: [{ log: write }] }).withTag('db'))
  },
}

/** @param {string} version @param {object} options */
async function tslog(version, options) {
  const { Logger } = version === 'tslog' ? await import('tslog') : requireOther(version)
  catchPrinted()
  three(new Logger({ name: 'db', ...options }))
}

/** @param {Function} configure @param {Function} getStreamSink @param {object} [options] */
function logTape(configure, getStreamSink, options) {
  const stream = Writable.toWeb(createWriteStream(path))
  return configure({
    sinks: { out: getStreamSink(stream, options) },
    loggers: [
      { category: [], sinks: ['out'], lowestLevel: 'debug' },
      { category: ['logtape', 'meta'], lowestLevel: 'fatal', sinks: ['out'] },
    ],
  })
}

LIBRARIES[name]()
