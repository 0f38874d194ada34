'use strict'
// What every adapter of a library has to do whose loggers write in each thread: runs the fixture adapters/direct.js.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { assertDelivered } = require('./delivery')
const { run, scratch, readLines, readLog } = require('./run')

const PROGRAM = 'adapters/direct.js'
const KINDS = ['worker', 'fork', '']
/** Level and message of each record before the numbers. */
const HEAD = [
  [10, 'traced'],
  [20, 'debugged'],
  [40, 'warned'],
  [50, 'broken'],
  [30, 'with fields'],
]

/** @param {string} library as it is installed */
function describeDirect(library) {
  describe(library, () => {
    for (const kind of KINDS) {
      for (const FORM of kind === 'fork' ? ['require', 'import'] : ['require']) {
        it(`${FORM}: ${kind || 'the root'} prints as without logshare, and handlers get copies`, async (t) => {
          const env = { LIBRARY: library, FORM, KINDS: kind }
          const bare = await runDirect(t, { env, way: 'none' })
          assert.match(bare.printed, /number 2/)
          assert.equal((await runDirect(t, { env })).printed, bare.printed)
          const { printed, log } = await runDirect(t, { env, handler: 'file' })
          assert.equal(printed, bare.printed)
          assertRecords(log, library, kind)
        })
      }

      it(`${kind || 'the root'}: a console handler shows each record once, and nothing else is printed`, async (t) => {
        const env = { LIBRARY: library, KINDS: kind }
        for (const WRITE of ['print', 'both']) {
          const { stdout, stderr, out } = await runDirect(t, {
            env: { ...env, WRITE },
            handler: 'console',
          })
          assert.equal(stderr, '')
          assertRecords(readLines(stdout), library, kind)
          assert.equal(out.length, WRITE === 'both' ? HEAD.length + 3 : 0)
        }
      })
    }

    for (const ROOT of ['same', 'idle']) {
      const root = ROOT === 'idle' ? 'without the library' : 'with the same logger'
      it(`the application's function writes in each child of a root ${root}`, async (t) => {
        const sources =
          ROOT === 'idle'
            ? ['worker#1', 'fork#1', 'spawn#1', 'spawn#2']
            : ['worker#1', 'worker#2', 'fork#1', 'fork#2']
        const KINDS = sources.map((source) => source.slice(0, -2)).join()
        const env = { LIBRARY: library, KINDS, WRITE: 'own', COUNT: '300', END: 'exit', ROOT }
        for (const handler of [undefined, 'file']) {
          const { printed, out, log } = await runDirect(t, { env, handler })
          assert.equal(printed, '')
          assertThreads(out, 300)
          const counts = sources.map((source) => [source, HEAD.length + 300])
          if (handler) assertDelivered(log, Object.fromEntries(counts))
        }
      })
    }

    it('a child whose stdout is a pipe: what it prints there is data, the rest is in the log', async (t) => {
      const env = { LIBRARY: library, KINDS: 'fork', STDIO: 'pipe' }
      const bare = await runDirect(t, { env, way: 'none' })
      const { printed, log } = await runDirect(t, { env, handler: 'file' })
      assert.equal(printed, bare.printed)
      const copies = log.filter(({ lib }) => lib === nameOf(library))
      for (const { level } of copies) assert.ok(level >= 40 || level === 10)
      assert.equal(copies.length, bare.stderr ? (bare.stderr.includes('traced') ? 3 : 2) : 0)
      const own = await runDirect(t, { env: { ...env, WRITE: 'own' }, handler: 'file' })
      assertRecords(own.log, library, 'fork')
    })

    it('a handler that the root adds gets the records of children', async (t) => {
      const env = { LIBRARY: library, KINDS: 'worker,fork', ROOT: 'added' }
      const { out } = await runDirect(t, { env })
      for (const source of ['worker#1', 'fork#1']) {
        const records = out.filter((record) => record.source === source)
        assertRecords(/** @type {any} */ (records), library, source.slice(0, -2))
      }
    })
  })
}

/**
 * @param {{ after(fn: () => void): void }} t
 * @param {{ env: Record<string, string>, way?: 'none', handler?: string | undefined }} options
 */
async function runDirect(t, { env, way, handler }) {
  const directory = scratch(t)
  const OUT = join(directory, 'out.log')
  const path = join(directory, 'app.log')
  const handlers = [
    handler === 'file' ? { type: 'file', path } : { type: 'console', format: 'json' },
  ]
  const ended = await run(PROGRAM, {
    env: { ROARR_LOG: 'true', OUT, ...env },
    ...(way && { way }),
    ...(handler && { config: { handlers } }),
  })
  assert.equal(ended.code, 0, ended.stderr)
  return {
    ...ended,
    printed: neutral(`${ended.stdout}${ended.stderr}`),
    /** @type {any[]} */
    out: existsSync(OUT) ? readLines(readFileSync(OUT, 'utf8')) : [],
    log: handler === 'file' ? readLog(path) : [],
  }
}

/** Without times. @param {string} text */
function neutral(text) {
  return text.replace(/"time":\d+/g, '"time":0').replace(/^\d\d:\d\d:\d\d\.\d+ /gm, '')
}

/** @param {readonly any[]} log @param {string} library @param {string} kind */
function assertRecords(log, library, kind) {
  const seen = log.map(({ level, msg }) => [level, msg.replace(/ \{ user: .*/, '').split('\n')[0]])
  assert.deepEqual(seen, [...HEAD, ...[0, 1, 2].map((i) => [30, `number ${i}`])])
  for (const { source, name, lib } of log)
    assert.deepEqual([source, name, lib], [kind ? `${kind}#1` : 'root', 'db', nameOf(library)])
  const { type, code, cause, stack } = log[3].err
  assert.deepEqual([type, code, cause.code], ['TypeError', 'E_BROKEN', 'E_WHY'])
  assert.match(stack, /^TypeError: broken\n +at /)
  if (library === 'loglevel')
    assert.match(log[4].msg, /\{ user: 'u-17', deep: \{ list: \[ 1, 2 \] \} \}$/)
  else assert.deepEqual([log[4].user, log[4].deep], ['u-17', { list: [1, 2] }])
}

/** Fails unless each of four threads has written all its lines in order. @param {any[]} lines @param {number} count */
function assertThreads(lines, count) {
  const threads = new Map()
  for (const line of lines) {
    const key = `${line.pid}/${line.tid}`
    threads.set(key, [...(threads.get(key) ?? []), line.msg])
  }
  assert.equal(threads.size, 4)
  const expected = [
    ...HEAD.map(([, msg]) => msg),
    ...Array.from({ length: count }, (_, i) => `number ${i}`),
  ]
  for (const messages of threads.values()) assert.deepEqual(messages, expected)
}

/** The adapter's name. @param {string} library */
function nameOf(library) {
  return library.replace('@logtape/', '')
}

module.exports = { assertRecords, describeDirect, runDirect }
