// Compress: a worker thread that compresses one file at the requested levels. It does not use logshare; it logs with
// debug.

const { readFileSync } = require('node:fs')
const { parentPort, workerData } = require('node:worker_threads')
const { gzipSync } = require('node:zlib')
const debug = require('debug')('index:compress')

const content = readFileSync(workerData)

parentPort.on('message', (level) => {
  const packed = gzipSync(content, { level })
  debug('tried level %d: %d of %d bytes', level, packed.length, content.length)
  parentPort.postMessage(packed)
})
