'use strict'
// The loggers of the first table, each set up as in its documentation: to a file if that is its usual destination.

const FILE = 'library.log'

/** By the name in the table; each returns what logs a text. */
module.exports = {
  'pino to stdout': async () => {
    const log = require('pino')({ name: 'rescue' })
    return (text) => log.info(text)
  },
  'pino to a file': async () => {
    const pino = require('pino')
    const transport = { target: 'pino/file', options: { destination: FILE } }
    const log = pino({ name: 'rescue', transport })
    return (text) => log.info(text)
  },
  'winston to a file': async () => {
    const winston = require('winston')
    const transports = [new winston.transports.File({ filename: FILE })]
    const log = winston.createLogger({ transports })
    return (text) => log.info(text)
  },
  'bunyan to a file': async () => {
    const log = require('bunyan').createLogger({ name: 'rescue', streams: [{ path: FILE }] })
    return (text) => log.info(text)
  },
  'log4js to a file': async () => {
    const log4js = require('log4js')
    log4js.configure({
      appenders: { file: { type: 'file', filename: FILE } },
      categories: { default: { appenders: ['file'], level: 'info' } },
    })
    const log = log4js.getLogger('rescue')
    return (text) => log.info(text)
  },
  console: async () => (text) => console.log(text),
  debug: async () => {
    const createDebug = require('debug')
    createDebug.enable('rescue')
    return createDebug('rescue')
  },
  loglevel: async () => {
    const log = require('loglevel').getLogger('rescue')
    log.setLevel('info')
    return (text) => log.info(text)
  },
  consola: async () => {
    const { createConsola } = require('consola')
    const log = createConsola({ throttle: 0 }).withTag('rescue')
    return (text) => log.info(text)
  },
  LogTape: async () => {
    const { configure, getConsoleSink, getLogger } = require('@logtape/logtape')
    await configure({
      sinks: { console: getConsoleSink() },
      loggers: [{ category: 'rescue', sinks: ['console'], lowestLevel: 'info' }],
    })
    const log = getLogger('rescue')
    return (text) => log.info(text)
  },
  tslog: async () => {
    const { Logger } = await import('tslog')
    const log = new Logger({ name: 'rescue' })
    return (text) => log.info(text)
  },
  roarr: async () => {
    const { Roarr } = require('roarr')
    const log = Roarr.child({ program: 'rescue' })
    return (text) => log.info(text)
  },
  signale: async () => {
    const { Signale } = require('signale')
    const log = new Signale({ scope: 'rescue' })
    return (text) => log.info(text)
  },
}
