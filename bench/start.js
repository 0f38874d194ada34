'use strict'
// Measures what the preload costs a program that neither logs nor spawns: the run time of `node -e 0`.
//
//   node bench/start.js [rounds]
//
// Variants alternate round by round. Prints the medians and their difference from plain node.

const { spawnSync } = require('node:child_process')
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const rounds = Number(process.argv[2] ?? 30)
const directory = mkdtempSync(join(tmpdir(), 'logshare-bench-'))
const empty = join(directory, 'empty.js')
writeFileSync(empty, '')

/** @type {Record<string, string[]>} */
const VARIANTS = {
  'plain node': [],
  'empty preload': ['-r', empty],
  logshare: ['-r', join(__dirname, '../register.js')],
}

const times = Object.keys(VARIANTS).map(() => /** @type {number[]} */ ([]))
for (let round = 0; round < rounds; round++) {
  for (const [i, flags] of Object.values(VARIANTS).entries()) {
    const start = process.hrtime.bigint()
    spawnSync(process.execPath, [...flags, '-e', '0'])
    times[i].push(Number(process.hrtime.bigint() - start) / 1e6)
  }
}
rmSync(directory, { recursive: true })

console.log(`node ${process.version}, median of ${rounds} rounds`)
const base = median(times[0])
for (const [i, name] of Object.keys(VARIANTS).entries()) {
  const value = median(times[i])
  console.log(
    `${name.padEnd(14)} ${value.toFixed(1).padStart(6)} ms  ${(value - base >= 0 ? '+' : '') + (value - base).toFixed(1)}`,
  )
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]
}
