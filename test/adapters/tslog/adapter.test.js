'use strict'
// The tslog adapter, with versions 4 and 5: children print themselves, and the transports of the root's logger get their
// records.

const assert = require('node:assert/strict')
const { cpSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const {
  assertNumbered,
  assertRecords,
  COUNT,
  describeFiles,
  describeImport,
  describePrinting,
  FOUR,
  prepare,
} = require('../../helpers/destinations')
const { FIXTURES, readLog, ROOT, run, scratch } = require('../../helpers/run')

const error = { level: 50, fields: { lib: 'tslog' } }

for (const library of ['tslog', 'tslog4']) {
  describePrinting(library, { terminal: ['terminal', 'json'], error })
  describeImport(library)

  for (const isRead of [false, true]) {
    const handled = isRead ? 'with a file handler' : 'without a handler'

    it(`${library}: the root's transport gets the records of 2 threads and 2 forks, ${handled}`, async (t) => {
      const { show, lines, log } = prepare(t, library)
      const config = isRead ? { handlers: [{ type: 'file', path: log }] } : {}
      const { pid, stdout, stderr } = await show('function', FOUR, { END: 'exit' }, { config })
      assert.deepEqual([stdout, stderr], ['', ''])
      const written = lines().map((line) => JSON.parse(line))
      assert.deepEqual([...new Set(written.map(({ by }) => by))], [pid])
      assertNumbered(lines(), FOUR)
      assert.equal(written.length, FOUR.length * (COUNT + 1) + 1)
      if (isRead) assertRecords(readLog(log), FOUR, error)
    })
  }

  it(`${library}: without a logger in the root, the transport in the child gets them`, async (t) => {
    const { show, lines, log } = prepare(t, library)
    const config = { handlers: [{ type: 'file', path: log }] }
    const kinds = ['worker', 'fork', 'spawn']
    const { pid } = await show('function', kinds, { ROOT: 'launcher', END: 'exit' }, { config })
    assertNumbered(lines(), kinds)
    assert.equal(lines().length, kinds.length * (COUNT + 1))
    for (const line of lines()) assert.equal(JSON.parse(line).by === pid, line.includes('worker-'))
    assertNumbered(
      readLog(log).map(({ msg }) => msg),
      kinds,
    )
  })

  it(`${library}: when the root makes the logger later, its transport gets the later records`, async (t) => {
    const { show, lines } = prepare(t, library)
    const { pid, stdout, stderr } = await show('function', FOUR, { ROOT: 'late', END: 'exit' })
    assert.deepEqual([stdout, stderr], ['', ''])
    assertNumbered(lines(), FOUR, 2 * COUNT)
    assert.equal(lines().length, FOUR.length * (2 * COUNT + 1) + 1)
    const forked = lines()
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => /fork-/.test(msg))
    const later = forked.filter(({ msg }) => Number(/number (\d+)/.exec(msg)?.[1]) >= COUNT)
    assert.deepEqual([...new Set(later.map(({ by }) => by))], [pid])
    assert.equal(forked.filter(({ by }) => by === pid).length, later.length)
  })

  for (const root of ['positions', 'positions-launcher']) {
    it(`${library}: positions of calls are those without logshare, root: ${root}`, async (t) => {
      const path = scratch(t)
      const program = join(path, `${root}.js`)
      const packages = join(path, 'node_modules')
      for (const name of ['positions.js', 'positions-launcher.js', 'positions-wrapper.js'])
        cpSync(join(FIXTURES, 'adapters', name), join(path, name))
      cpSync(join(ROOT, 'node_modules', library), join(packages, 'tslog'), { recursive: true })
      const texts = []
      const file = { handlers: [{ type: 'file', path: join(path, 'app.log') }] }
      for (const [i, config] of [undefined, {}, file].entries()) {
        const OUT = join(path, `${i}.log`)
        const { stdout, stderr } = await run(program, {
          way: config ? '-r' : 'none',
          env: { OUT },
          config,
        })
        assert.equal(stderr, '')
        const printed = stdout.replace(/^\S+ \S+\t/gm, '').split('\n')
        texts.push([...readFileSync(OUT, 'utf8').split('\n'), ...printed])
      }
      const [bare, ...others] = texts
      assert.ok(bare.length > 30)
      assert.match(bare[0], /"fileLine":"\d+"/)
      for (const other of others) assert.deepEqual(other, bare)
    })
  }
}

describeFiles('tslog')

it("tslog: the root's file transport writes what a child logs after tslog's exit listener", async (t) => {
  const cwd = scratch(t)
  const { code, stderr } = await run('adapters/tslog-late.mjs', { cwd })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const texts = readFileSync(join(cwd, 'app.log'), 'utf8').trim().split('\n')
  const late = Array.from({ length: 100 }, (_, i) => `late ${i + 1}`)
  assert.deepEqual(
    texts.map((line) => JSON.parse(line).message),
    ['early', ...late],
  )
})
