'use strict'
// Begin: what it costs to start a program and its first child: processor time of all processes, the call, and memory.

const { spawnSync } = require('node:child_process')
const { join } = require('node:path')
const { childrenCpu } = require('./cpu.js')

const program = join(__dirname, 'begin/root.js')
const register = join(__dirname, '../register.js')
/** Runs of one measurement: the time of each is too short for the clock that counts it. */
const RUNS = 12

/**
 * Medians of some runs. `child`: `fork` or `thread`, if the program starts one. `does`: what that does: nothing, `record` or
 * `idle`. `library`: `logshare`, or `bare` for plain Node. Logs into `file` if the variant says so.
 * @param {{ library: string, child?: string, does?: string, isFile?: boolean }} variant
 */
function measureBegin({ library, child, does = 'nothing', isFile = false }, file) {
  // To load certificates that are set for all programs takes as long as to start Node.
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined }
  if (isFile) env.LOGSHARE_CONFIG = JSON.stringify({ handlers: [{ type: 'file', path: file }] })
  const flags = library === 'logshare' ? ['-r', register] : []
  const args = child ? [program, child, does] : ['-e', '0']
  if (library === 'logshare') warm(flags, file)
  const before = childrenCpu()
  const runs = Array.from({ length: does === 'idle' ? 3 : RUNS }, () => {
    const start = process.hrtime.bigint()
    const stdio = /** @type {const} */ (['ignore', 'ignore', 'inherit', 'pipe'])
    const { status, output } = spawnSync(process.execPath, [...flags, ...args], { env, stdio })
    if (status !== 0) throw new Error(`a program of the benchmark ended with ${status}`)
    const wall = Number(process.hrtime.bigint() - start) / 1e6
    return { wall, ...JSON.parse(String(output[3]) || '{}') }
  })
  const of = (key) => median(runs.map((run) => run[key] ?? 0))
  return {
    cpu: (childrenCpu() - before) / runs.length,
    seconds: of('wall') / 1000,
    wall: of('wall'),
    returned: of('returned'),
    memory: of('memory'),
    missing: 0,
  }
}

let isWarm = false

// Once: what V8 has compiled is kept by the first processes that run for a while.
function warm(flags, path) {
  if (isWarm) return
  isWarm = true
  const LOGSHARE_CONFIG = JSON.stringify({ handlers: [{ type: 'file', path }] })
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined, LOGSHARE_CONFIG }
  const stdio = /** @type {const} */ (['ignore', 'ignore', 'inherit', 'pipe'])
  for (const child of ['fork', 'thread'])
    spawnSync(process.execPath, [...flags, program, child, 'idle'], { env, stdio })
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

module.exports = { measureBegin }
