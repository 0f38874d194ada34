'use strict'
// Cpu: the processor time of processes that have ended.

const { readFileSync } = require('node:fs')

/** Of a second, in which Linux counts the time on a processor. */
const TICKS = 100

/** CPU seconds of all processes that were started here and have ended, with theirs. */
function childrenCpu() {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS
}

module.exports = { childrenCpu }
