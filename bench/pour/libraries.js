'use strict'
// The libraries of the benchmark: how each writes one file from every child, and how long its end has to be waited for.

const { once } = require('node:events')
const { closeSync, openSync, writeSync } = require('node:fs')
const { connect } = require('node:net')
const { requirePeer } = require('../peers.js')

const BLOCK = 64 * 1024
const nothing = async () => {}
/** What a program prints by itself: 100 bytes. */
const PRINTED = `${'x'.repeat(99)}\n`

/** @type {Record<string, (task: any) => { log: (fields: object, text: string) => void, end: () => Promise<void> }>} */
const LIBRARIES = {
  logshare() {
    const log = require('logshare').getLogger('pour')
    return { log: (fields, text) => log.info(fields, text), end: nothing }
  },

  // When the call returns, the record outlives the process, as with logshare.
  pino({ file }) {
    const pino = requirePeer('pino')
    const log = pino({ name: 'pour' }, pino.destination({ dest: file, sync: true, append: true }))
    return { log: (fields, text) => log.info(fields, text), end: nothing }
  },

  'pino transport'({ file }) {
    const pino = requirePeer('pino')
    const transport = pino.transport({
      target: 'pino/file',
      options: { destination: file, append: true },
    })
    const log = pino({ name: 'pour' }, transport)
    return {
      log: (fields, text) => log.info(fields, text),
      async end() {
        transport.end()
        await once(transport, 'close')
      },
    }
  },

  // The file is the process's stdout.
  print: () => ({ log: () => process.stdout.write(PRINTED), end: nothing }),

  winston({ file }) {
    const winston = requirePeer('winston')
    const transport = new winston.transports.File({ filename: file })
    const log = winston.createLogger({ transports: [transport] })
    return {
      log: (fields, text) => log.info(text, fields),
      async end() {
        log.end()
        await once(transport, 'finish')
      },
    }
  },

  bunyan({ file }) {
    const log = requirePeer('bunyan').createLogger({ name: 'pour', streams: [{ path: file }] })
    const { stream } = log.streams[0]
    return {
      log: (fields, text) => log.info(fields, text),
      async end() {
        stream.end()
        await once(stream, 'finish')
      },
    }
  },

  log4js({ file }) {
    const log4js = requirePeer('log4js')
    log4js.configure({
      appenders: { file: { type: 'file', filename: file, layout: { type: 'basic' } } },
      categories: { default: { appenders: ['file'], level: 'info' } },
    })
    const log = log4js.getLogger('pour')
    return { log: (fields, text) => log.info(text, fields), end: nothing }
  },

  rsyslog({ port }) {
    const socket = connect(port, '127.0.0.1')
    return {
      log(fields, text) {
        socket.write(
          `<14>1 ${new Date().toISOString()} host pour ${process.pid} - - ${text} ${JSON.stringify(fields)}\n`,
        )
      },
      async end() {
        socket.end()
        await once(socket, 'close')
      },
    }
  },

  // The limit: the same bytes, made beforehand, in large writes.
  blocks({ file }) {
    const fd = openSync(file, 'a')
    const line = `{"level":30,"time":1795825082365.123,"pid":7560,"tid":0,"source":"fork#1","seq":123456,"name":"pour","msg":"unit=p0 via=bench n=123456","id":123456}\n`
    const block = Buffer.from(line.repeat(Math.ceil(BLOCK / line.length)))
    const each = Math.ceil(BLOCK / line.length)
    let count = 0
    return {
      log() {
        if (++count % each === 0) writeSync(fd, block)
      },
      async end() {
        writeSync(fd, block, 0, (count % each) * line.length)
        closeSync(fd)
      },
    }
  },
}

function open(task) {
  return LIBRARIES[task.library](task)
}

module.exports = { open }
