// The worker: a process of the pool. It logs to the command line's log file.

const { readFileSync } = require('node:fs')
const workerpool = require('workerpool')
const { getLogger } = require('logshare')

const log = getLogger('words.worker')

function count(file) {
  const words = readFileSync(file, 'utf8').split(/\s+/).filter(Boolean).length
  log.debug({ file, words }, 'counted')
  if (words < 50) log.warn({ file }, 'a short file')
  return words
}

workerpool.worker({ count })
