'use strict'
// The setups of the table: how applications with several processes or threads log without logshare, each as its
// documentation shows it. Files are rotated every 50 KiB.

const SIZE = 50 * 1024

/** Each says what its children are, and makes what logs a text; `end` is what the first process does last. */
module.exports = {
  'pino with pino-roll in each process': {
    children: 'fork',
    create() {
      const options = { file: 'logs/app', size: '50k', mkdir: true }
      const transport = { target: 'pino-roll', options }
      const log = require('pino')({ name: 'migration', transport })
      return (text) => log.info(text)
    },
  },
  'winston with DailyRotateFile in a cluster': {
    children: 'cluster',
    create() {
      const winston = require('winston')
      const DailyRotateFile = require('winston-daily-rotate-file')
      const filename = 'logs/app-%DATE%.log'
      const file = new DailyRotateFile({ filename, maxSize: SIZE, zippedArchive: true })
      const log = winston.createLogger({ transports: [file] })
      return (text) => log.info(text)
    },
  },
  'log4js in a cluster': {
    children: 'cluster',
    create() {
      const log4js = require('log4js')
      log4js.configure({
        appenders: {
          file: { type: 'file', filename: 'logs/app.log', maxLogSize: SIZE, backups: 1000 },
        },
        categories: { default: { appenders: ['file'], level: 'info' } },
      })
      const log = log4js.getLogger('migration')
      return (text) => log.info(text)
    },
    end: () => new Promise((resolve) => require('log4js').shutdown(resolve)),
  },
  'console in worker threads': {
    children: 'thread',
    create: () => (text) => console.log(text),
  },
  'the logs of pm2': {
    children: 'pm2',
    create: () => (text) => console.log(text),
  },
}
