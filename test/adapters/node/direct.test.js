'use strict'
// Text for a stdout that is a file takes a shorter way: the same bytes, callbacks, order and errors as without logshare.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { FIXTURES, readLog, run, scratch } = require('../../helpers/run')

const PROGRAM = join(FIXTURES, 'output/direct.js')

for (const handlers of [[], ['file']]) {
  const title = handlers.length === 0 ? 'without a handler' : 'with a file handler'

  it(`${title}: what the file gets, and what the program is told`, async (t) => {
    const cwd = scratch(t)
    const path = join(cwd, 'app.log')
    const config = { handlers: handlers.map((type) => ({ type, path })) }
    const bare = await run(PROGRAM, { way: 'none', stdout: join(cwd, 'bare.txt') })
    const ours = await run(PROGRAM, { config, stdout: join(cwd, 'ours.txt') })
    assert.match(bare.stderr, /tick before[\s\S]*tick between/)
    assert.deepEqual([ours.code, ours.stderr], [0, bare.stderr])
    assert.deepEqual(readFileSync(join(cwd, 'ours.txt')), readFileSync(join(cwd, 'bare.txt')))
    if (handlers.length === 0) return
    const lines = readLog(path).filter(({ lib }) => lib === 'stdout' || lib === 'console')
    const shown = lines.map(({ msg }) => msg).slice(0, 4)
    assert.deepEqual(shown, ['one', 'two', 'three', 'four'])
  })

  it(`${title}: a full disk`, { skip: process.platform !== 'linux' }, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { handlers: handlers.map((type) => ({ type, path })) }
    const options = { stdout: '/dev/full', env: { FULL: '1' } }
    const bare = await run(PROGRAM, { ...options, way: 'none' })
    const ours = await run(PROGRAM, { ...options, config })
    assert.match(bare.stderr, /ENOSPC/)
    assert.deepEqual([ours.code, ours.stderr], [bare.code, bare.stderr])
  })
}
