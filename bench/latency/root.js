'use strict'
// The root of the latency benchmark: starts the producers, and reports what it has cost from the moment all of them log.

const { fork } = require('node:child_process')
const { join } = require('node:path')

const task = JSON.parse(process.env.TASK)
const children = Array.from({ length: task.children }, () => fork(join(__dirname, 'child.js')))
let ready = 0
let ended = 0
/** @type {NodeJS.CpuUsage} */
let before
let at = 0n

for (const child of children) {
  child.on('message', () => {
    if (++ready < children.length) return
    before = process.cpuUsage()
    at = process.hrtime.bigint()
    for (const each of children) each.send('go')
  })
  child.on('exit', () => {
    if (++ended === children.length) finish()
  })
}

function finish() {
  const { user, system } = process.cpuUsage(before)
  const seconds = Number(process.hrtime.bigint() - at) / 1e9
  process.send({ root: (user + system) / 1e3 / seconds, seconds }, () => process.disconnect())
}
