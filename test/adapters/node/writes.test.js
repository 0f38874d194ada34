'use strict'
// What a child writes with `fs.writeSync`: the same bytes as without logshare, and each line in the log once, in order.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const esbuild = require('esbuild')
const { FIXTURES, readLog, run, scratch } = require('../../helpers/run')

const PROGRAM = join(FIXTURES, 'output/writes.js')
const MIXED = join(FIXTURES, 'output/prints.js')
const MESSAGES = [
  'text',
  'bytes',
  'latin',
  'offset',
  'options',
  'in pieces',
  '[ERROR] on stderr',
  'by a stream',
  'one',
  'two',
  'ERR_OUT_OF_RANGE',
]
const SOURCES = ['worker#1', 'fork#1']

for (const isBundled of [false, true]) {
  it(`by the program and by ${isBundled ? 'a bundled' : 'an installed'} library`, async (t) => {
    const cwd = scratch(t)
    const program = isBundled ? bundle(cwd) : PROGRAM
    const bare = await run(program, { way: 'none' })
    assert.equal(bare.code, 0, bare.stderr)
    const stdout = join(cwd, 'stdout.txt')
    for (const options of [{}, { stdout }]) {
      const path = join(cwd, options.stdout ? 'file.log' : 'pipe.log')
      const ended = await run(program, {
        ...options,
        config: { handlers: [{ type: 'file', path }] },
      })
      if (!options.stdout) assert.deepEqual(linesOf(ended.stdout), linesOf(bare.stdout))
      assert.equal(ended.stderr, bare.stderr)
      for (const source of SOURCES) {
        const records = readLog(path).filter((record) => record.source === source)
        assert.deepEqual(
          records.map(({ msg }) => msg),
          MESSAGES,
          source,
        )
        assert.deepEqual([records[0]?.level, records[6]?.level, records[8]?.lib], [30, 50, 'pino'])
      }
    }
  })
}

it('without a handler, the same bytes', async () => {
  const [bare, ours] = [await run(PROGRAM, { way: 'none' }), await run(PROGRAM)]
  assert.deepEqual(linesOf(ours.stdout), linesOf(bare.stdout))
  assert.equal(ours.stderr, bare.stderr)
})

it('with a console handler, once each, and what is no line at once', async () => {
  const config = { handlers: [{ type: 'console', format: 'raw' }] }
  const { stdout, stderr } = await run(PROGRAM, { config })
  const shown = MESSAGES.flatMap((message) => (message === 'in pieces' ? ['pieces'] : [message]))
  const lines = stdout.replaceAll('in ', '').split('\n').slice(0, -1)
  assert.deepEqual([lines.sort(), stderr], [[...shown, ...shown].sort(), ''])
})

for (const kind of ['worker', 'fork', 'spawn', 'cluster', 'nested']) {
  it(`${kind}: among other ways of printing, in order`, async (t) => {
    const path = join(scratch(t), 'all.log')
    const args = [kind, 'mixed']
    const bare = await run(MIXED, { args, way: 'none' })
    const { stdout } = await run(MIXED, { args, config: { handlers: [{ type: 'file', path }] } })
    assert.deepEqual(linesOf(stdout), linesOf(bare.stdout))
    if (kind !== 'worker' && kind !== 'nested') assert.equal(stdout, bare.stdout)
    const expected = Array.from({ length: 20 }, (_, i) => `line ${i}`)
    assert.deepEqual(
      readLog(path).map(({ msg }) => msg),
      expected,
    )
  })
}

it('by an imported function', async (t) => {
  const path = join(scratch(t), 'all.log')
  const config = { handlers: [{ type: 'file', path }] }
  const { stdout } = await run('output/writes.mjs', { config })
  assert.equal(stdout, 'imported\n')
  assert.deepEqual(
    readLog(path).map(({ msg }) => msg),
    ['imported'],
  )
})

/** Sorted: what a worker's streams print takes the way through its parent. @param {string} text */
function linesOf(text) {
  return text
    .replace(/"(time|pid)":\d+/g, '')
    .split('\n')
    .sort()
}

/** @param {string} cwd */
function bundle(cwd) {
  const outfile = join(cwd, 'app.js')
  esbuild.buildSync({
    entryPoints: [PROGRAM],
    bundle: true,
    platform: 'node',
    logLevel: 'error',
    outfile,
  })
  return outfile
}
