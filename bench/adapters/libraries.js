'use strict'
// Libraries: sets up each library to write to a file synchronously, and returns the measured call. It logs a text, with
// three fields if the library has fields. Libraries that print use stdout, which is the file. In a thread, stdout goes
// through the main thread, so a library alone gets a stream that writes the file.

const { openSync, writeSync } = require('node:fs')
const { Writable } = require('node:stream')
const { format } = require('node:util')
const { isMainThread } = require('node:worker_threads')

const MESSAGE = 'request done'
const fieldsOf = (i) => ({ id: i, user: 'u-17', path: '/orders/17' })
const isAlone = process.env.WAY === 'without'

function streamOf(file) {
  const fd = openSync(file, 'a')
  return { write: (text) => writeSync(fd, text) > 0 }
}

module.exports = {
  console(file) {
    const stream = writableOf(file)
    const own = isMainThread || !isAlone ? console : new console.Console(stream, stream)
    return (i) => own.info(`${MESSAGE} %d`, i)
  },

  debug(file) {
    const debug = require('debug')
    const { write } = streamOf(file)
    const log = debug('bench:db')
    debug.enable('bench:*')
    if (isAlone && !isMainThread) log.log = (...args) => write(`${format(...args)}\n`)
    return (i) => log(`${MESSAGE} %d`, i)
  },

  pino(file) {
    const pino = require('pino')
    const log = pino({ name: 'db' }, pino.destination({ dest: file, sync: true }))
    return (i) => log.info(fieldsOf(i), MESSAGE)
  },

  winston(file) {
    const { createLogger, format: formats, transports } = require('winston')
    const log = createLogger({
      format: formats.combine(formats.timestamp(), formats.json()),
      defaultMeta: { service: 'db' },
      transports: [new transports.Stream({ stream: writableOf(file) })],
    })
    return (i) => log.info(MESSAGE, fieldsOf(i))
  },

  bunyan(file) {
    const { createLogger } = require('bunyan')
    const log = createLogger({ name: 'db', streams: [{ stream: streamOf(file) }] })
    return (i) => log.info(fieldsOf(i), MESSAGE)
  },

  log4js(file) {
    const { configure, getLogger } = require('log4js')
    configure({
      appenders: { file: { type: 'fileSync', filename: file } },
      categories: { default: { appenders: ['file'], level: 'info' } },
    })
    const log = getLogger('db')
    return (i) => log.info(MESSAGE, fieldsOf(i))
  },

  loglevel(file) {
    const log = require('loglevel').getLogger('db')
    const { write } = streamOf(file)
    if (isAlone && !isMainThread) {
      log.methodFactory =
        () =>
        (...args) =>
          write(`${format(...args)}\n`)
    }
    log.setLevel('info', false)
    return (i) => log.info(`${MESSAGE} %d`, i)
  },

  consola(file) {
    const { createConsola } = require('consola/basic')
    const own = isAlone && !isMainThread ? { stdout: streamOf(file), stderr: streamOf(file) } : {}
    const log = createConsola({ level: 3, ...own }).withTag('db')
    return (i) => log.info(MESSAGE, fieldsOf(i))
  },

  logtape(file) {
    const { configureSync, getJsonLinesFormatter, getLogger } = require('@logtape/logtape')
    const { write } = streamOf(file)
    const format = getJsonLinesFormatter()
    configureSync({
      sinks: { file: (record) => write(format(record)) },
      loggers: [
        { category: 'db', sinks: ['file'], lowestLevel: 'info' },
        { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'error' },
      ],
    })
    const log = getLogger('db')
    return (i) => log.info(MESSAGE, fieldsOf(i))
  },

  tslog(file) {
    const { Logger } = require('tslog')
    const { write } = streamOf(file)
    const transport = (record) => write(`${JSON.stringify(record)}\n`)
    const log = new Logger({ name: 'db', type: 'hidden', attachedTransports: [transport] })
    return (i) => log.info(MESSAGE, fieldsOf(i))
  },

  roarr(file) {
    process.env.ROARR_LOG = 'true'
    const { Roarr, ROARR } = require('roarr')
    const { write } = streamOf(file)
    ROARR.write = (line) => write(`${line}\n`)
    const log = Roarr.child({ package: 'db' })
    return (i) => log.info(fieldsOf(i), MESSAGE)
  },

  signale(file) {
    const { Signale } = require('signale')
    const own = isAlone && !isMainThread ? { stream: streamOf(file) } : {}
    const log = new Signale({ scope: 'db', logLevel: 'info', ...own })
    return (i) => log.info(`${MESSAGE} %d`, i)
  },
}

function writableOf(file) {
  const { write } = streamOf(file)
  return new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      write(text)
      done()
    },
  })
}
