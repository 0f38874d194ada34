'use strict'
// Kills: processes of an application are killed at random, one after the other, its root among them, and what is left is
// recovered: with three handlers, one of them with rotation and gzip. KILL_ROUNDS sets the number of rounds.

const assert = require('node:assert/strict')
const { spawn, spawnSync } = require('node:child_process')
const { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { setTimeout: sleep } = require('node:timers/promises')
const { gunzipSync } = require('node:zlib')
const { audit } = require('../helpers/delivery')
const { cleanEnv, readLines, scratch, ROOT, REGISTER } = require('../helpers/run')

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 60)
/** Rounds of a test: so that a long run shows that it goes on. */
const PART = 30
const COMMAND = join(ROOT, 'dist/cli/main.js')

for (const queue of ['file', 'memory']) {
  for (let begin = 0; begin < ROUNDS / 2; begin += PART) {
    const rounds = Math.min(PART, ROUNDS / 2 - begin)
    it(`loses nothing that is promised in ${rounds} rounds of kills, queue: ${queue}, from round ${begin}`, async (t) => {
      const sum = { records: 0, files: 0, memory: 0 }
      for (let round = 0; round < rounds; round++) {
        const found = await play(t, queue)
        sum.records += found.records
        sum.files += found.files
        sum.memory += found.memory
      }
      t.diagnostic(
        `${sum.records} records in ${sum.files} files, ${sum.memory} in a killed root's memory, counted in both files`,
      )
    })
  }
}

/** @param {import('node:test').TestContext} t @param {string} queue */
async function play(t, queue) {
  const folder = scratch(t)
  for (const name of ['returned', 'logs', 'tmp']) mkdirSync(join(folder, name))
  const rotated = join(folder, 'logs/rotated.log')
  const handlers = [
    { type: 'file', path: rotated, rotate: { size: '200k', keep: 1000, compress: true } },
    { type: 'file', path: join(folder, 'logs/plain.log') },
    { type: 'console', format: 'json' },
  ]
  const config = { handlers, ...(queue === 'file' && { queue }) }
  const env = cleanEnv({
    TMPDIR: join(folder, 'tmp'),
    XDG_RUNTIME_DIR: '',
    LOGSHARE_CONFIG: JSON.stringify(config),
  })
  const out = openSync(join(folder, 'stdout'), 'a')
  const app = join(__dirname, 'kills/app.js')
  const root = spawn(process.execPath, ['-r', REGISTER, app, folder], {
    env,
    stdio: ['ignore', out, out],
  })
  root.on('exit', (code) => {
    if (code !== null) throw new Error(readFileSync(join(folder, 'stdout'), 'utf8').slice(0, 1000))
  })
  await killAll(folder, Number(root.pid))
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = ['ignore', out, out]
  const recovered = spawnSync(process.execPath, [COMMAND, 'recover'], { env, stdio })
  closeSync(out)
  assert.equal(recovered.status, 0)
  return check(folder, queue, root.pid)
}

/** The root is killed first, in the middle or last. @param {string} folder @param {number} root */
async function killAll(folder, root) {
  const processes = () => [...new Set(producers(folder).map((each) => Number.parseInt(each, 10)))]
  while (producers(folder).length < 6) await sleep(5)
  const order = processes().sort(() => Math.random() - 0.5)
  assert.ok(order.includes(root))
  for (const pid of order) {
    await sleep(Math.random() * 150)
    process.kill(pid, 'SIGKILL')
  }
  while (order.some((pid) => isAlive(pid))) await sleep(5)
}

/** @param {string} folder */
function producers(folder) {
  return readdirSync(join(folder, 'returned'))
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

/** @param {string} folder @param {string} queue @param {number | undefined} root */
function check(folder, queue, root) {
  const logs = join(folder, 'logs')
  // A compression that was killed leaves a draft, or the original beside the finished file.
  const names = readdirSync(logs).filter(
    (name, _i, all) => /\.(?:log|gz)$/.test(name) && !all.includes(`${name}.gz`),
  )
  const texts = names.map((name) => ({ name, text: read(join(logs, name)) }))
  const of = (/** @type {string} */ prefix) =>
    readLines(
      texts
        .filter(({ name }) => name.startsWith(prefix))
        .sort((a, b) => first(a.text) - first(b.text))
        .map(({ text }) => text)
        .join(''),
    ).filter(({ name }) => name === 'kills')
  const shown = readFileSync(join(folder, 'stdout'), 'utf8').split('\n')
  // A line that a killed listener has left a part of stands by itself: its record follows again.
  const whole = shown.filter((line) => line.startsWith('{"level"') && line.endsWith('}'))
  const copies = readLines(whole.join('\n'))
  let memory = 0 // in both files
  for (const records of [of('plain'), of('rotated')]) {
    const { doubled, disordered } = audit(records)
    assert.deepEqual({ doubled, disordered }, { doubled: 0, disordered: 0 })
    memory += missing(folder, records, queue, root)
  }
  missing(
    folder,
    copies.filter(({ name }) => name === 'kills'),
    queue,
    root,
  )
  return { records: of('plain').length, files: names.length, memory }
}

/** Fails unless all records are there but those that a killed root had in memory. Returns their number. */
function missing(folder, records, queue, root) {
  let inMemory = 0
  for (const producer of producers(folder)) {
    const [pid, tid] = producer.split('-').map(Number)
    const seen = new Set(
      records.filter((each) => each.pid === pid && each.tid === tid).map(({ i }) => i),
    )
    const returned = statSync(join(folder, 'returned', producer)).size
    let lost = 0
    for (let i = 1; i <= returned; i++) if (!seen.has(i)) lost++
    if (queue === 'memory' && pid === root) inMemory += lost
    else
      assert.equal(
        lost,
        0,
        `${producer} (root: ${root}): ${lost} of ${returned} missing in ${folder}`,
      )
  }
  return inMemory
}

/** @param {string} text */
function first(text) {
  return Number(/"time":([\d.]+)/.exec(text)?.[1] ?? Number.POSITIVE_INFINITY)
}

/** @param {string} path */
function read(path) {
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}
