// Pack: a script that writes the compressed index to standard output; a worker thread compresses it at several levels.
// It does not use logshare; it logs with debug.

const { once } = require('node:events')
const { join } = require('node:path')
const { Worker } = require('node:worker_threads')
const debug = require('debug')('index:pack')

const WORTH = 0.99

async function pack(path) {
  const compressor = new Worker(join(__dirname, 'compress.js'), { workerData: path })
  let best
  for (let level = 1; level <= 9; level++) {
    compressor.postMessage(level)
    const [packed] = await once(compressor, 'message')
    debug('level %d: %d bytes', level, packed.length)
    const enough = best && packed.length > best.length * WORTH
    if (!best || packed.length < best.length) best = packed
    if (enough) break
  }
  await compressor.terminate()
  process.stdout.write(best)
}

pack(process.argv[2])
