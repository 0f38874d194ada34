'use strict'
// The loggers of the second table, whose files are rotated: by size every 100 KiB, by date every second.

const FOLDER = 'logs'
const SIZE = 100 * 1024
const FILES = 10_000

function winstonWith(transport) {
  const log = require('winston').createLogger({ transports: [transport] })
  return {
    write: (text) => log.info(text),
    end: () =>
      new Promise((resolve) => {
        log.on('finish', resolve)
        log.end()
      }),
  }
}

function log4jsWith(appender) {
  const log4js = require('log4js')
  log4js.configure({
    appenders: { file: { filename: `${FOLDER}/app.log`, ...appender } },
    categories: { default: { appenders: ['file'], level: 'info' } },
  })
  const log = log4js.getLogger('rescue')
  return {
    write: (text) => log.info(text),
    end: () => new Promise((resolve) => log4js.shutdown(resolve)),
  }
}

function createStream() {
  const { createStream } = require('rotating-file-stream')
  const name = (time, index) => (time ? `app-${time.getTime()}-${index}.log` : 'app.log')
  const stream = createStream(name, { size: '100K', path: FOLDER })
  const end = () => new Promise((resolve) => stream.end(resolve))
  return { stream, end }
}

/** By the name in the table; each returns what writes a text, and what ends it when all is written. */
module.exports = {
  'winston File, size': () => {
    const { File } = require('winston').transports
    return winstonWith(new File({ filename: `${FOLDER}/app.log`, maxsize: SIZE, maxFiles: FILES }))
  },
  'winston File, size, tailable': () => {
    const { File } = require('winston').transports
    const options = { filename: `${FOLDER}/app.log`, maxsize: SIZE, maxFiles: 100 }
    return winstonWith(new File({ ...options, tailable: true }))
  },
  'winston DailyRotateFile, size': () => {
    const DailyRotateFile = require('winston-daily-rotate-file')
    const options = { filename: `${FOLDER}/app-%DATE%.log`, maxSize: SIZE }
    return winstonWith(new DailyRotateFile(options))
  },
  'winston DailyRotateFile, size, gzip': () => {
    const DailyRotateFile = require('winston-daily-rotate-file')
    const options = { filename: `${FOLDER}/app-%DATE%.log`, maxSize: SIZE, zippedArchive: true }
    return winstonWith(new DailyRotateFile(options))
  },
  'log4js file, size': () => log4jsWith({ type: 'file', maxLogSize: SIZE, backups: FILES }),
  'log4js dateFile, every second': () =>
    log4jsWith({ type: 'dateFile', pattern: 'yyyy-MM-dd-hh-mm-ss', numBackups: FILES }),
  'bunyan to rotating-file-stream, size': () => {
    const { stream, end } = createStream()
    const log = require('bunyan').createLogger({ name: 'rescue', streams: [{ stream }] })
    return { write: (text) => log.info(text), end }
  },
  'pino to rotating-file-stream, size': () => {
    const { stream, end } = createStream()
    const log = require('pino')({ name: 'rescue' }, stream)
    return { write: (text) => log.info(text), end }
  },
}
