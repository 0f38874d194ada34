'use strict'
// What loggers write and print in children, compared with a run without logshare: runs the fixture adapters/destinations.js.

const assert = require('node:assert/strict')
const { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('./delivery')
const { run, scratch, readLines, readLog, FIXTURES, ROOT } = require('./run')
const { canSeeModules, runApp } = require('./root-writes')

const COUNT = 50
const FOUR = ['worker', 'fork', 'worker', 'fork']

/** @typedef {Record<string, string>} Env */

/**
 * A folder with the program and the library under its published name, and a function that runs it there.
 * @param {import('node:test').TestContext} t
 * @param {string} library as it is installed
 */
function prepare(t, library) {
  const folder = scratch(t)
  const name = library === 'tslog4' ? 'tslog' : library
  cpSync(join(FIXTURES, 'adapters/destinations.js'), join(folder, 'app.js'))
  mkdirSync(join(folder, 'node_modules'))
  if (library === 'tslog4')
    cpSync(join(ROOT, 'node_modules/tslog4'), join(folder, 'node_modules/tslog'), {
      recursive: true,
    })
  else symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  const log = join(folder, 'app.log')
  const out = join(folder, 'out.log')
  const bytes = join(folder, 'bytes')
  return {
    log,
    /**
     * @param {string} destination @param {string[]} kinds @param {Env} [env]
     * @param {object} [options] as of `run`
     */
    async show(destination, kinds, env = {}, options = {}) {
      const args = [name, destination, kinds.join()]
      const shown = await run(join(folder, 'app.js'), {
        args,
        env: { OUT: out, BYTES: bytes, COUNT: String(COUNT), FORCE_COLOR: '1', ...env },
        ...options,
      })
      assert.equal(shown.code, 0, shown.stderr)
      return shown
    },
    /** The lines that were written, without colours. */
    lines: () => (existsSync(out) ? readFileSync(out, 'utf8').split('\n').filter(Boolean) : []),
    /** The characters that each child's own stream has written or waits to write. */
    bytes: () => (existsSync(bytes) ? readFileSync(bytes, 'utf8').trim().split('\n') : []),
  }
}

/** @param {string} text */
function neutral(text) {
  return text
    .replace(/\d{4}[.-]\d\d[.-]\d\d[T ][\d:.]+Z?/g, 'TIME')
    .replace(/\d+:\d\d:\d\d( [AP]M)?/g, 'TIME')
}

/**
 * The lines of each producer are complete and in order.
 * @param {readonly string[]} lines @param {readonly string[]} kinds
 */
function assertNumbered(lines, kinds, count = COUNT) {
  for (const [i, kind] of kinds.entries()) {
    const found = lines.flatMap((line) => {
      const number = new RegExp(`${kind}-${i} number (\\d+)`).exec(line)?.[1]
      return number === undefined ? [] : [Number(number)]
    })
    assert.deepEqual(
      found,
      Array.from({ length: count }, (_, n) => n),
      `${kind}-${i}`,
    )
  }
}

/**
 * @param {string} library as it is installed
 * @param {{ terminal: string[], error: { level: number, fields: object } }} options `terminal`: destinations that print
 */
function describePrinting(library, { terminal, error }) {
  for (const destination of terminal) {
    for (const kind of ['worker', 'fork']) {
      const what = `${library} (${destination}) in a ${kind}`
      const config = (path) => ({ handlers: [{ type: 'file', path }] })

      it(`${what} prints as without logshare`, async (t) => {
        const { show, log } = prepare(t, library)
        const bare = await show(destination, [kind], {}, { way: 'none' })
        assert.match(bare.stdout, /number 49/)
        for (const options of [{}, { config: config(log) }]) {
          const { stdout, stderr } = await show(destination, [kind], {}, options)
          assert.equal(neutral(stdout), neutral(bare.stdout))
          assert.equal(neutral(stderr), neutral(bare.stderr))
        }
        assertRecords(readLog(log), [kind], error)
      })

      it(`${what} with a console handler is shown once`, async (t) => {
        const { show } = prepare(t, library)
        const handlers = [{ type: 'console', format: 'json' }]
        const { stdout, stderr } = await show(destination, [kind], {}, { config: { handlers } })
        assert.equal(stderr, '')
        assertRecords(readLines(stdout), [kind], error)
      })
    }

    it(`${library} (${destination}) leaves a stdout alone that is not the root's`, async (t) => {
      const { show, lines } = prepare(t, library)
      await show(destination, ['piped'], {}, { way: 'none' })
      const bare = lines()
      assert.ok(bare.length >= COUNT)
      const handlers = [{ type: 'console', format: 'json' }]
      const { stdout } = await show(destination, ['piped'], {}, { config: { handlers } })
      assert.deepEqual(lines().slice(bare.length).map(neutral), bare.map(neutral))
      assert.doesNotMatch(stdout, /number/)
    })
  }
}

/** @param {readonly any[]} records @param {readonly string[]} kinds */
function assertRecords(records, kinds, { level, fields }, count = COUNT) {
  const numbers = { root: 1, worker: 0, fork: 0 }
  const expected = { root: 1 }
  const sources = kinds.map((kind) => `${kind}#${++numbers[kind]}`)
  for (const source of sources) expected[source] = count + 1
  assertDelivered(records, expected)
  const [own] = records.filter(({ source }) => source === 'root')
  assert.deepEqual([own.level, own.name, own.msg], [30, 'db', 'from the root'])
  for (const source of sources) {
    const [first, ...rest] = records.filter((record) => record.source === source)
    assert.deepEqual([first.level, first.name], [level, 'db'])
    assert.match(first.msg, /broken$/)
    assert.deepEqual([first.err.type, first.err.code], ['TypeError', 'E_BROKEN'])
    for (const [key, value] of Object.entries(fields)) assert.equal(first[key], value)
    assert.deepEqual(
      rest.map(({ msg, name, level: of }) => [msg.replace(/^\S+ /, ''), name, of]),
      Array.from({ length: count }, (_, i) => [`number ${i}`, 'db', 30]),
    )
  }
}

/** @param {string} library as it is installed */
function describeImport(library) {
  const isModule = library !== 'signale'
  it(`${library}, imported, becomes records`, { skip: isModule && !canSeeModules }, async (t) => {
    const env = { FORM: 'import', KIND: 'fork', COUNT: '3' }
    const { lines, log } = await runApp(t, library, env, true)
    assert.equal(lines.length, 5)
    assertDelivered(log, { root: 1, 'fork#1': 4 })
  })
}

/**
 * Files that the library writes by their path.
 * @param {string} library as it is installed
 */
function describeFiles(library) {
  it(`${library}: the root writes a file for 2 threads and 2 forks`, async (t) => {
    const { show, lines, bytes } = prepare(t, library)
    const { stdout, stderr } = await show('file', FOUR, { END: 'exit' })
    assert.deepEqual([stdout, stderr], ['', ''])
    assertNumbered(lines(), FOUR)
    assert.equal(lines().length, FOUR.length * COUNT + 1)
    if (bytes().length > 0) assert.deepEqual(bytes(), Array(FOUR.length).fill('0 0'))
  })

  it(`${library}: children of a launcher write a file as without logshare`, async (t) => {
    const { show, lines } = prepare(t, library)
    const kinds = ['worker', 'fork', 'spawn']
    const { stdout, stderr } = await show('file', kinds, { ROOT: 'launcher' })
    assert.deepEqual([stdout, stderr], ['', ''])
    assertNumbered(lines(), kinds)
    assert.equal(lines().length, kinds.length * COUNT)
  })

  it(`${library}: when the root opens the file later, it writes the later records`, async (t) => {
    const { show, lines, bytes } = prepare(t, library)
    const { stdout, stderr } = await show('file', FOUR, { ROOT: 'late' })
    assert.deepEqual([stdout, stderr], ['', ''])
    const written = lines()
    for (const [i, kind] of FOUR.entries()) {
      const found = written.filter((line) => line.includes(`${kind}-${i} number`))
      assert.equal(new Set(found.map((line) => /number (\d+)/.exec(line)?.[1])).size, 2 * COUNT)
      assert.equal(found.length, 2 * COUNT)
    }
    assert.equal(written.length, FOUR.length * 2 * COUNT + 1)
    const sizes = bytes().map((each) => Number(each.split(' ')[0]))
    for (const size of sizes) assert.ok(size > 0)
    const all = written.join('\n').length
    if (sizes.length > 0) assert.ok(sizes.reduce((a, b) => a + b) < 0.6 * all)
  })
}

/**
 * A function of the application that gets the records: it is called in the child.
 * @param {string} library
 * @param {{ what: string, error: Parameters<typeof assertRecords>[2] }} options
 */
function describeFunction(library, { what, error }) {
  for (const ROOT of ['first', 'launcher', 'late']) {
    it(`${what} of the application is called in the child (root: ${ROOT})`, async (t) => {
      const { show, lines, log } = prepare(t, library)
      const config = { handlers: [{ type: 'file', path: log }] }
      const { pid } = await show('function', FOUR, { ROOT, END: 'exit' }, { config })
      const count = ROOT === 'late' ? 100 : 50
      assertNumbered(lines(), FOUR, count)
      const byRoot = lines().filter((line) => JSON.parse(line).by === pid)
      assert.equal(byRoot.filter((line) => line.includes('fork-')).length, 0)
      if (ROOT === 'first') assertRecords(readLog(log), FOUR, error)
      else
        assertNumbered(
          readLog(log).map(({ msg }) => msg),
          FOUR,
          count,
        )
    })
  }
}

module.exports = {
  COUNT,
  FOUR,
  assertNumbered,
  assertRecords,
  describeFiles,
  describeFunction,
  describeImport,
  describePrinting,
  prepare,
}
