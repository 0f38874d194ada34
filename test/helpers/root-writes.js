'use strict'
// Root writes: the tests of libraries whose files the root writes. They run the fixture adapters/root-writes/app.js.

const assert = require('node:assert/strict')
const { cpSync, existsSync, mkdirSync, readFileSync } = require('node:fs')
const loader = require('node:module')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { assertDelivered } = require('./delivery')
const { run, scratch, readLog, FIXTURES, ROOT } = require('./run')

const APP = join(FIXTURES, 'adapters/root-writes/app.js')
const COUNT = 1200
/** These are ES modules when imported. Node can hook those from 22.15 on. */
const MODULES = ['consola', 'tslog', 'tslog4']
const canSeeModules = 'registerHooks' in loader

const ENDS = {
  require: [
    { KIND: 'worker', END: 'terminate' },
    { KIND: 'fork', END: 'exit' },
  ],
  import: [
    { KIND: 'worker', END: 'exit' },
    { KIND: 'fork', END: 'kill' },
  ],
}

/** @param {string} library the name of its folder in node_modules */
function describeLibrary(library) {
  describe(library, () => {
    for (const FORM of /** @type {const} */ (['require', 'import'])) {
      if (FORM === 'import' && MODULES.includes(library) && !canSeeModules) continue
      for (const { KIND, END } of ENDS[FORM]) {
        it(`${FORM}: the root's logger writes the records of a ${KIND} that ends with ${END}`, async (t) => {
          const { lines, stderr, pid } = await runApp(t, library, { FORM, KIND, END })
          assert.equal(stderr, '')
          assert.deepEqual(
            new Set(lines.map((line) => `${line.pid}/${line.tid}`)),
            new Set([`${pid}/0`]),
          )
          const [own, error, ...numbers] = lines
          assert.match(own.msg, /from the root$/)
          assertError(library, error)
          assert.deepEqual(
            numbers.map(({ msg }) => msg.replace(/^.*?(?=number)/, '')),
            Array.from({ length: COUNT }, (_, i) => `number ${i}`),
          )
          if (library !== 'signale') for (const { name } of lines) assert.equal(name, 'db')
        })
      }

      it(`${FORM}: a file handler writes the child's records and copies of the root's`, async (t) => {
        const { lines, log, pid } = await runApp(
          t,
          library,
          { FORM, KIND: 'fork', END: 'exit' },
          true,
        )
        assert.deepEqual(
          lines.map((line) => [line.pid, line.msg.includes('from the root')]),
          [[pid, true]],
        )
        assertDelivered(log, { root: 1, 'fork#1': COUNT + 1 })
        assert.deepEqual(log[0].msg, 'from the root')
        const [error, ...numbers] = log.filter(({ source }) => source === 'fork#1')
        assert.deepEqual([error.lib, error.name], [library.replace(/4$/, ''), 'db'])
        assert.deepEqual([error.level, error.msg], [library === 'signale' ? 60 : 50, 'broken'])
        const { type, code, stack, cause } = /** @type {any} */ (error.err)
        assert.deepEqual([type, code, cause.code], ['TypeError', 'E_BROKEN', 'E_WHY'])
        assert.match(stack, /^TypeError: broken\n +at /)
        assert.deepEqual([numbers[7].level, numbers[7].msg], [30, 'number 7'])
      })
    }

    it('a child that has not configured the library logs as the root is configured', async (t) => {
      const { lines, stderr, pid } = await runApp(t, library, { KIND: 'fork', CHILD: 'plain' })
      assert.equal(stderr, '')
      assert.deepEqual(new Set(lines.map((line) => line.pid)), new Set([pid]))
      assert.equal(lines.length, COUNT + 2)
    })
  })
}

// For tslog4, which is installed under an alias, the program is copied beside a package with the published name.
async function runApp(t, library, env, collects = false) {
  const directory = scratch(t)
  const name = library === 'tslog4' ? 'tslog' : library
  const out = join(directory, 'out.log')
  const path = join(directory, 'app.log')
  let program = APP
  if (library === 'tslog4') {
    mkdirSync(join(directory, 'node_modules'))
    cpSync(join(ROOT, 'node_modules/tslog4'), join(directory, 'node_modules/tslog'), {
      recursive: true,
    })
    for (const file of ['app.js', 'libraries.js'])
      cpSync(join(APP, '..', file), join(directory, file))
    program = join(directory, 'app.js')
  }
  const ended = await run(program, {
    env: { LIBRARY: name, OUT: out, COUNT: String(COUNT), ...env },
    ...(collects && { config: { handlers: [{ type: 'file', path }] } }),
  })
  const lines = existsSync(out)
    ? readFileSync(out, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : []
  return { ...ended, lines, log: collects ? readLog(path) : [] }
}

function assertError(library, line) {
  if (library === 'signale') {
    assert.match(line.msg, /^\[db\] › fatal +TypeError: broken \n +at /)
    return
  }
  const { name, code, stack, cause } = line.error
  assert.deepEqual(
    [line.msg, name, code, stack],
    ['broken', 'TypeError', 'E_BROKEN', 'TypeError: broken'],
  )
  assert.deepEqual([cause.name, cause.code, cause.message], ['RangeError', 'E_WHY', 'why'])
}

module.exports = { canSeeModules, describeLibrary, runApp }
