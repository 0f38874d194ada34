'use strict'
// Logs "alpha" as info, "beta" as warn and "gamma" as error through a library, to the file that is given: library.js name file

const { appendFileSync, createWriteStream } = require('node:fs')
const { Writable } = require('node:stream')

const [, , name, path] = process.argv

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
  'tslog, JSON': () => {
    const { Logger } = require('tslog4')
    const log = new Logger({ name: 'db', type: 'hidden' })
    log.attachTransport((entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`))
    three(log)
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
