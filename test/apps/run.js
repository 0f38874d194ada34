// Runs real applications with logshare and without: what their workers log has to arrive, and all else stay as it was.
//
//   node test/apps/run.js [name…]
//
// The applications are in test/fixtures/apps, know nothing of logshare, and run from a copy outside of the checkout. Each
// runs plain, with a file handler, and some with the relay.

const { execute, findFaults, readTexts } = require('./execute.js')
const { checkLog, checkTexts } = require('./check.js')
const { checkLines, compareLines } = require('./lines.js')
const { install } = require('./install.js')
const { startRedis } = require('./redis.js')
const { runPeer } = require('./peers.js')
const { runPm2 } = require('./pm2.js')
const { SPECS } = require('./specs.js')
const { readLog } = require('../helpers/run.js')
const { existsSync } = require('node:fs')
const { join } = require('node:path')

/** @typedef {import('./specs.js').Spec} Spec */
/** @typedef {import('./execute.js').Ended} Ended */
/** @typedef {import('./execute.js').Way} Way */

/** The log that the file handler writes. */
const LOG = 'app.log'

const named = process.argv.slice(2)
const specs = SPECS.filter(
  ({ name }) => named.length === 0 || named.some((it) => name.includes(it)),
)

main()

async function main() {
  if (specs.length === 0) {
    console.error(`no application is called ${named.join(', ')}`)
    process.exitCode = 2
    return
  }
  const folder = install()
  const redis = specs.some((spec) => spec.redis) ? await startRedis() : undefined
  const outcome = { passed: 0, failed: 0 }
  try {
    for (const spec of specs) {
      const env = { ...spec.env, ...(redis && { REDIS_SOCKET: redis.socket }) }
      const test = spec.runner ? { pm2: runPm2, peers: runPeer }[spec.runner] : testApplication
      for await (const [run, faults, began] of test(folder, { ...spec, env })) {
        const isGood = faults.length === 0
        outcome[isGood ? 'passed' : 'failed']++
        const took = ((Date.now() - began) / 1000).toFixed(1)
        console.log(`${isGood ? 'ok    ' : 'FAILED'} ${spec.name}, ${run} (${took} s)`)
        for (const fault of faults) console.log(`       ${fault}`)
      }
    }
  } finally {
    await redis?.end()
  }
  console.log(`\n${outcome.passed} passed, ${outcome.failed} failed`)
  process.exitCode = outcome.failed > 0 ? 1 : 0
}

/** @param {string} folder @param {Spec} spec */
async function* testApplication(folder, spec) {
  /** @type {Map<boolean, Ended>} */
  const bare = new Map()
  try {
    for (const way of spec.ways) {
      const began = Date.now()
      const isNpm = way === 'npm start'
      const plain = bare.get(isNpm) ?? (await execute(folder, spec, { way, bare: true }))
      bare.set(isNpm, plain)
      if (plain.result === undefined && !spec.prints && !spec.lines) {
        yield/** @type {const} */ (['plain', [`no result: ${plain.stderr.slice(0, 800)}`], began])
        return
      }
      yield await testHandler(folder, spec, way, plain, began)
      if (spec.relays) yield await testRelay(folder, spec, way, plain)
    }
  } finally {
    for (const plain of bare.values()) plain.remove()
  }
}

/** @param {string} folder @param {Spec} spec @param {Way} way @param {Ended} plain @param {number} began */
async function testHandler(folder, spec, way, plain, began) {
  const handlers = [{ type: 'file', path: LOG }]
  const ours = await execute(folder, spec, { way, config: { handlers } })
  const log = join(ours.cwd, LOG)
  const faults = compare(plain, ours, spec)
  const records = existsSync(log) ? readLog(log) : undefined
  faults.push(...(records ? checkLog(records, spec) : ['there is no log']))
  faults.push(...checkTexts(readTexts(ours, [LOG]), spec))
  if (spec.lines && records) faults.push(...checkLines(records, ours, spec.lines, [LOG]))
  ours.remove()
  return /** @type {const} */ ([`file handler by ${way}`, faults, began])
}

/** @param {string} folder @param {Spec} spec @param {Way} way @param {Ended} plain */
async function testRelay(folder, spec, way, plain) {
  const began = Date.now()
  const ours = await execute(folder, spec, { way })
  const faults = [...compare(plain, ours, spec), ...checkTexts(readTexts(ours), spec)]
  ours.remove()
  return /** @type {const} */ ([`relay by ${way}`, faults, began])
}

/** What logshare has changed, as sentences. @param {Ended} plain @param {Ended} ours @param {Spec} spec */
function compare(plain, ours, spec) {
  const faults = []
  for (const key of /** @type {const} */ (['code', 'signal', 'result'])) {
    if (plain[key] !== ours[key]) {
      faults.push(`${key}: ${ours[key]}, without logshare ${plain[key]}`.slice(0, 400))
    }
  }
  faults.push(...findFaults(ours))
  if (spec.prints) faults.push(...comparePrints(plain, ours))
  if (spec.lines) faults.push(...compareLines(plain, ours, [LOG]))
  return faults
}

/** @param {Ended} plain @param {Ended} ours */
function comparePrints(plain, ours) {
  const [before, after] = [printed(plain), printed(ours)]
  const missing = before.filter((line) => !after.includes(line))
  const added = after.filter((line) => !before.includes(line))
  const faults = []
  if (missing.length > 0) faults.push(`not printed any more: ${missing.slice(0, 5).join(' | ')}`)
  if (added.length > 0) faults.push(`printed besides: ${added.slice(0, 5).join(' | ')}`)
  if (faults.length === 0 && before.length !== after.length) {
    faults.push(`${after.length} lines printed, without logshare ${before.length}`)
  }
  return faults
}

/** Lines that an application prints itself, without what differs from run to run. @param {Ended} ended */
function printed({ cwd, stdout, stderr }) {
  return `${stdout}\n${stderr}`
    .replaceAll(cwd, '<cwd>')
    .replace(/\(?\b\d+(\.\d+)? ?m?s\)?/g, '')
    .replace(/, estimated ?/g, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line && !/ task \d+\.\d+ by /.test(line))
    .sort()
}
