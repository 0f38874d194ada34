'use strict'
// What a child's winston logger prints and writes: as without logshare, and through the root's logger if there is one.

const assert = require('node:assert/strict')
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { readLog, run, scratch, FIXTURES } = require('../../helpers/run')

const APP = join(FIXTURES, 'adapters/winston-places.js')
const COUNT = 20
/** Of each four records, one is below the level. */
const NUMBERS = Array.from({ length: COUNT }, (_, n) => n).filter((n) => n % 4 !== 3)
const ALL = Array.from({ length: 2 * COUNT }, (_, n) => n).filter((n) => n % 4 !== 3)

/**
 * Runs the application in a folder of its own.
 * @param {{ after(fn: () => void): void }} t
 * @param {string[]} args
 * @param {{ way?: 'none', config?: object, env?: Record<string, string> }} [options]
 */
async function start(t, args, { config, ...options } = {}) {
  const cwd = scratch(t)
  const { stdout, stderr, code } = await run(APP, { args, cwd, config, ...options })
  return { cwd, output: { stdout, stderr, code } }
}

/** Handlers that write all records to `all.json`. */
const COLLECT = { handlers: [{ type: 'file', path: 'all.json' }] }

/** @param {string} cwd @param {string} [file] @returns {any[]} */
const linesOf = (cwd, file = 'app.log') =>
  existsSync(join(cwd, file)) ? readLog(join(cwd, file)) : []

/** The numbers that each child has logged, in the order in which they were written. @param {any[]} lines */
function numbersOf(lines) {
  /** @type {Record<string, number[]>} */
  const numbers = {}
  for (const { message, msg = message } of lines) {
    const [, child, n] = /<(\d+) (\d+)>/.exec(msg) ?? []
    if (child !== undefined) numbers[child] = [...(numbers[child] ?? []), Number(n)]
  }
  return numbers
}

const TERMINAL = ['console', 'coloured', 'streams', 'forced', 'stream', 'both', 'mixed', 'none']

for (const kind of ['worker', 'fork']) {
  describe(`a ${kind} prints the bytes of a run without logshare`, () => {
    for (const place of TERMINAL) {
      it(place, async (t) => {
        const bare = await start(t, [place, kind], { way: 'none' })
        assert.ok(bare.output.stdout + bare.output.stderr !== '')
        const alone = await start(t, [place, kind])
        assert.deepEqual(alone.output, bare.output)
        const collected = await start(t, [place, kind], { config: COLLECT })
        assert.deepEqual(collected.output, bare.output)
        const records = linesOf(collected.cwd, 'all.json').filter(({ source }) => source !== 'root')
        const shown = place === 'none' ? records.filter(({ level }) => level > 20) : records
        assert.deepEqual(numbersOf(shown), { 0: NUMBERS })
        for (const run of [alone, collected]) assertSameFile(run.cwd, bare.cwd)
      })

      it(`${place}: a console handler shows each record once`, async (t) => {
        if (place === 'none') return
        const config = { handlers: [{ type: 'console', format: 'raw' }] }
        const { output, cwd } = await start(t, [place, kind], { config })
        assert.equal(output.stderr, '')
        assert.deepEqual(numbersOf(linesOfText(output.stdout)), { 0: NUMBERS })
        assert.equal(output.stdout.match(/from the root/g)?.length, 1)
        if (place === 'both') assert.deepEqual(numbersOf(linesOf(cwd)), { 0: NUMBERS })
      })
    }

    it('an uncaught exception', async (t) => {
      const bare = await start(t, ['exception', kind], { way: 'none' })
      for (const config of [undefined, COLLECT]) {
        const { output, cwd } = await start(t, ['exception', kind], { config })
        assert.deepEqual(normal(output), normal(bare.output))
        assert.equal(linesOf(cwd).filter(({ exception }) => exception).length, 1)
        assertSameFile(cwd, bare.cwd)
      }
    })
  })

  for (const place of ['file', 'daily', 'both', 'mixed', 'own']) {
    for (const ROOT of ['first', 'never']) {
      it(`the files of a ${kind}: ${place}, the root's logger: ${ROOT}`, async (t) => {
        const bare = await start(t, [place, kind], { way: 'none', env: { ROOT } })
        const { cwd, output } = await start(t, [place, kind], { env: { ROOT } })
        assert.deepEqual(output, bare.output)
        const files = (/** @type {string} */ path) =>
          readdirSync(path).filter((file) => file.includes('.log'))
        assert.deepEqual(files(cwd), files(bare.cwd))
        for (const file of files(cwd)) assertSameFile(cwd, bare.cwd, file)
        const [written] = files(cwd).filter(
          (file) => Object.keys(numbersOf(linesOf(cwd, file))).length > 0,
        )
        assert.deepEqual(numbersOf(linesOf(cwd, written)), { 0: NUMBERS })
      })
    }
  }
}

describe('two workers and two forks', () => {
  const kinds = 'worker,fork,worker,fork'
  const each = { 0: NUMBERS, 1: NUMBERS, 2: NUMBERS, 3: NUMBERS }

  for (const config of [undefined, COLLECT]) {
    const how = config ? ', with a file handler' : ''

    it(`write through the root's logger, all records in order${how}`, async (t) => {
      const { cwd, output } = await start(t, ['file', kinds], { config })
      assert.deepEqual(output, { stdout: '', stderr: '', code: 0 })
      assert.deepEqual(numbersOf(linesOf(cwd)), each)
      if (config) assertHandled(linesOf(cwd, 'all.json'), each)
    })

    it(`write themselves below a root without the logger${how}`, async (t) => {
      const { cwd, output } = await start(t, ['file', kinds], { config, env: { ROOT: 'never' } })
      assert.deepEqual(output, { stdout: '', stderr: '', code: 0 })
      assert.deepEqual(numbersOf(linesOf(cwd)), each)
      if (config) assertHandled(linesOf(cwd, 'all.json'), each)
    })

    it(`write themselves until the root makes the logger${how}`, async (t) => {
      const { cwd, output } = await start(t, ['file', kinds], { config, env: { ROOT: 'later' } })
      assert.deepEqual(output, { stdout: '', stderr: '', code: 0 })
      const all = { 0: ALL, 1: ALL, 2: ALL, 3: ALL }
      assert.deepEqual(numbersOf(linesOf(cwd)), all)
      if (config) assertHandled(linesOf(cwd, 'all.json'), all)
    })
  }

  it('lose no copy by process.exit() while records wait for a file', async (t) => {
    const env = { ROOT: 'never', END: 'exit', COUNT: '3000' }
    const { cwd } = await start(t, ['file', kinds], { config: COLLECT, env })
    const many = Array.from({ length: 3000 }, (_, n) => n).filter((n) => n % 4 !== 3)
    assertHandled(linesOf(cwd, 'all.json'), { 0: many, 1: many, 2: many, 3: many })
  })

  it('lose nothing by process.exit() where the root has the logger', async (t) => {
    const { cwd } = await start(t, ['file', kinds], { env: { END: 'exit' } })
    assert.deepEqual(numbersOf(linesOf(cwd)), each)
  })
})

it('a program below a launcher writes its file as without logshare', async (t) => {
  const cwd = scratch(t)
  const launcher = join(cwd, 'launcher.js')
  const code = `require('node:child_process').spawn(process.execPath, [${JSON.stringify(APP)}, 'both', 'worker', 'child', '0'], { stdio: 'inherit' })`
  writeFileSync(launcher, code)
  const bare = await run(launcher, { cwd, way: 'none' })
  const before = readFileSync(join(cwd, 'app.log'), 'utf8')
  const { stdout, stderr } = await run(launcher, { cwd })
  assert.deepEqual([stdout, stderr], [bare.stdout, bare.stderr])
  assert.equal(readFileSync(join(cwd, 'app.log'), 'utf8'), before + before)
})

/** Handlers have each record of each child once, with its level, name and fields. @param {any[]} records @param {Record<string, number[]>} expected */
function assertHandled(records, expected) {
  const ofChildren = records.filter(({ source }) => source !== 'root')
  assert.deepEqual(numbersOf(ofChildren), expected)
  for (const { n, name, service, lib, level, msg } of ofChildren) {
    assert.deepEqual([name, service, lib, level], ['app', 'app', 'winston', [30, 40, 50][n % 4]])
    assert.ok(msg.endsWith(` ${n}>`))
  }
  const ofRoot = records.filter(({ source }) => source === 'root')
  assert.ok(ofRoot.length <= 1)
}

/** @param {string} text */
const linesOfText = (text) => text.split('\n').map((msg) => ({ msg }))

/** The same lines in any order: the root and its child may take turns. @param {string} a @param {string} b @param {string} [file] */
function assertSameFile(a, b, file = 'app.log') {
  const texts = [a, b]
    .map((cwd) => join(cwd, file))
    .map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
  const [one, other] = texts.map((text) => normalText(text).split('\n').sort())
  assert.deepEqual(one, other)
}

/** Without what differs from run to run. @param {{ stdout: string, stderr: string, code: number | null }} output */
const normal = ({ stdout, stderr, code }) => ({
  stdout: normalText(stdout),
  stderr: normalText(stderr),
  code,
})

/** @param {string} text */
function normalText(text) {
  return text
    .replace(/^(\{"date":).*"message":("(?:[^"\\]|\\.)*").*$/gm, '$1$2}')
    .replace(/"timestamp":"[^"]+"/g, '')
}
