'use strict'
// The application of one cell of the second table: several children write to the same rotated file and end normally.
//
//   node writers.js <logger> <fork|thread> <writers> <records>

const { fork } = require('node:child_process')
const { once } = require('node:events')
const { mkdirSync } = require('node:fs')
const { setTimeout: wait } = require('node:timers/promises')
const { isMainThread, Worker } = require('node:worker_threads')
const rotators = require('./rotators.js')

const [name, kind, writers, records] = process.argv.slice(2)
const CHUNK = 50
const PADDING = 'as long as lines are, '.repeat(3)

if (process.send || !isMainThread) write(process.argv.at(-1))
else main()

async function main() {
  mkdirSync('logs', { recursive: true })
  const log = rotators[name]()
  const ends = Array.from({ length: Number(writers) }, (_, i) => {
    const args = [...process.argv.slice(2), String(i)]
    const child = kind === 'fork' ? fork(__filename, args) : new Worker(__filename, { argv: args })
    return once(child, 'exit')
  })
  await Promise.all(ends)
  await log.end()
}

// Over two seconds and more, so that each file is replaced while all write.
async function write(writer) {
  const log = rotators[name]()
  const chunks = Number(records) / CHUNK
  for (let i = 1; i <= Number(records); i++) {
    log.write(`writer ${writer} record ${i}, ${PADDING}`)
    if (i % CHUNK === 0) await wait(2500 / chunks)
  }
  await log.end()
  process.disconnect?.()
}
