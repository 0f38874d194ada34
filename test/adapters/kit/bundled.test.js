'use strict'
// An application bundled into one file, so that its libraries cannot be hooked: it prints the same as without logshare,
// once, and a file handler gets the records that pino publishes on its diagnostics channel, and the lines that others print.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const esbuild = require('esbuild')
const { assertDelivered } = require('../../helpers/delivery')
const { run, scratch, readLog, FIXTURES } = require('../../helpers/run')

const COUNT = 200

describe('a bundle', () => {
  for (const kind of ['worker', 'fork']) {
    for (const minify of [false, true]) {
      it(`${kind}, ${minify ? 'minified' : 'plain'}`, async (t) => {
        const cwd = scratch(t)
        const app = join(cwd, 'app.js')
        esbuild.buildSync({
          entryPoints: [join(FIXTURES, 'adapters/bundled.js')],
          bundle: true,
          minify,
          platform: 'node',
          logLevel: 'error',
          outfile: app,
        })
        const path = join(cwd, 'all.log')
        const handlers = [{ type: 'file', path }]
        const args = [kind, String(COUNT)]
        const plain = await run(app, { args, way: 'none' })
        const relayed = await run(app, { args })
        const collected = await run(app, { args, config: { handlers } })
        assert.equal(printed(plain).length, 3 * 2 * COUNT + 2)
        assert.deepEqual(printed(relayed), printed(plain))
        assert.deepEqual(printed(collected), printed(plain))
        const records = readLog(path)
        assertDelivered(records, { root: 3 * COUNT + 1, [`${kind}#1`]: 3 * COUNT + 1 })
        assertRecords(records)
      })
    }
  }
})

/** All lines, sorted, without times, pids and stacks. @param {{ stdout: string, stderr: string }} ended */
function printed({ stdout, stderr }) {
  const lines = `${stdout}${stderr}`.trimEnd().split('\n')
  return lines
    .map((line) =>
      line
        .replace(/"(time|pid)":\d+/g, '')
        .replace(/^\S+Z /, '')
        .replace(/"stack":".*?[^\\]"/, '')
        .replace(/\+\d+\w+$/, ''),
    )
    .sort()
}

/** @param {any[]} records */
function assertRecords(records) {
  const child = records.filter(({ lib, source }) => lib === 'pino' && source !== 'root')
  const first = child[0]
  assert.deepEqual(
    [first.lib, first.name, first.level, first.msg, first.i],
    ['pino', 'app', 30, 'pino in the child', 1],
  )
  const { level, part, failure } = child.at(-1)
  assert.deepEqual(
    [level, part, failure.type, failure.code],
    [50, 'inner', 'TypeError', 'E_BROKEN'],
  )
}
