'use strict'
// The benchmark's child: logs a burst of records on request and reports the time per record in microseconds.

const { parentPort } = require('node:worker_threads')
const libraries = require('./libraries.js')

const RECORDS = 500
/** Nanoseconds. */
const LIMIT = 20_000_000n
const channel = parentPort ?? process
const say = parentPort ? parentPort.postMessage.bind(parentPort) : process.send?.bind(process)

main()

async function main() {
  const log = await libraries[process.env.LIBRARY](process.env.FILE)
  channel.on('message', (message) => {
    if (message === 'end') {
      if (parentPort) parentPort.close()
      else process.disconnect()
      return
    }
    const start = process.hrtime.bigint()
    let taken = 0n
    let made = 0
    while (made < RECORDS && taken < LIMIT) {
      for (let i = 0; i < RECORDS / 10; i++) log(made++)
      taken = process.hrtime.bigint() - start
    }
    say(Number(taken) / 1e3 / made)
  })
  say('ready')
}
