'use strict'
// An application whose children outlive it, and the command that looks after what they leave.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { existsSync, mkdirSync, readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { assertDelivered } = require('./delivery')
const { readAll } = require('./rotated')
const { collect, scratch, cleanEnv, FIXTURES, REGISTER, ROOT } = require('./run')

const COMMAND = join(ROOT, 'dist/cli/main.js')

/**
 * An application whose forks log on without it, as soon as each of them has logged something.
 * @param {import('node:test').TestContext} t
 * @param {{ children: number, records: number, isDefault?: boolean, rotate?: object, log?: string, handlers?: object[], wait?: string }} options `isDefault`: a runtime
 *   directory of its own beneath `place`, the default place; `rotate`: that option of the file handler; `log`: path of its file; `handlers`: in its place; `wait`: `overflow.wait`
 */
async function startOrphans(t, options) {
  const { children, records, isDefault = false, rotate, wait } = options
  const folder = scratch(t)
  const directory = join(folder, 'run')
  const place = join(folder, `logshare-${process.getuid?.() ?? 'user'}`)
  const counts = join(folder, 'counts')
  const { log = join(folder, 'app.log') } = options
  const { handlers = [{ type: 'file', path: log, rotate }] } = options
  mkdirSync(counts)
  const env = cleanEnv({
    ...(isDefault ? { XDG_RUNTIME_DIR: folder } : { LOGSHARE_DIR: directory }),
    LOGSHARE_CONFIG: JSON.stringify({ handlers, overflow: wait && { wait } }),
  })
  const args = ['-r', REGISTER, join(FIXTURES, 'death/orphans.js'), children, records, counts]
  const root = spawn(process.execPath, args.map(String), { env, detached: true, stdio: 'pipe' })
  // The pipes are the children's too: they close when the last of them has ended.
  const closed = new Promise((done) => root.on('close', done))
  root.stderr.resume()
  root.stdout.resume()
  const killAll = () => process.kill(-Number(root.pid), 'SIGKILL')
  t.after(() => {
    if (root.exitCode === null && root.signalCode === null) killAll()
  })
  const returned = () =>
    readdirSync(counts).map((name) => [name, Number(readFileSync(join(counts, name), 'latin1'))])
  await until(
    () => returned().length === children && returned().every(([, count]) => Number(count) > 200),
    'records',
  )
  return {
    directory,
    base: folder,
    place,
    log,
    killAll,
    ended: () => closed,
    /** Stops the listener until each child has logged so many records more. @param {number} more */
    async fallBehind(more) {
      process.kill(Number(root.pid), 'SIGSTOP')
      /** @type {Map<unknown, unknown>} */
      const before = new Map(returned().map(([name, count]) => [name, count]))
      const isBehind = () =>
        returned().every(([name, count]) => Number(count) > Number(before.get(name)) + more)
      await until(isBehind, 'records')
    },
    left: () => (existsSync(directory) ? readdirSync(directory) : []),
    /** The process that holds the lock, once it is another than those. @param {Set<number>} others */
    holder(others) {
      const locks = existsSync(directory)
        ? readdirSync(directory).filter((name) => name.endsWith('.lock'))
        : []
      const last = locks.sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1])).at(-1)
      if (last === undefined) return undefined
      const { pid } = JSON.parse(readFileSync(join(directory, last), 'utf8'))
      return others.has(pid) ? undefined : pid
    },
    /** Every call that returned is in the log, once and in order; one that was cut short may be. */
    assertComplete() {
      const all = readAll(log)
      assertDelivered(all)
      this.assertCounts(all.filter(({ name }) => name === 'orphan'))
    },
    /** @param {import('logshare').LogRecord[]} records */
    assertCounts(records) {
      for (const [name, count] of returned()) {
        const found = records.filter(({ source }) => source === name).length
        assert.ok(found === count || found === Number(count) + 1, `${name}: ${found} of ${count}`)
      }
    },
  }
}

/** @param {string[]} args @param {{ preload?: string[], env?: Record<string, string> }} [options] */
function command(args, { preload = [], env = {} } = {}) {
  const argv = [...preload, COMMAND, ...args]
  const child = spawn(process.execPath, argv, { env: cleanEnv(env), stdio: 'pipe' })
  return collect(child, { limit: 30_000 })
}

/** @template T @param {() => T | undefined | false} ask @param {string} what @returns {Promise<T>} */
async function until(ask, what) {
  for (let tries = 0; tries < 3000; tries++) {
    const answer = ask()
    if (answer) return answer
    await sleep(10)
  }
  throw new Error(`no ${what} within 30 s`)
}

module.exports = { command, startOrphans, until }
