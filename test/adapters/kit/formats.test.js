'use strict'
// What a format, layout, mixin or token of the application sees when it formats a child's record: the child.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { run, scratch } = require('../../helpers/run.js')

describe('formats see the child', { concurrency: 2 }, () => {
  for (const library of ['pino', 'winston', 'bunyan', 'log4js', 'tslog']) {
    for (const kind of ['worker', 'fork', 'cluster']) {
      // The layouts of a cluster's primary format the events of its workers: log4js works like this.
      if (library === 'log4js' && kind === 'cluster') continue
      for (const handlers of [[], [{ type: 'file', path: 'all.log' }]]) {
        const what = handlers.length > 0 ? 'a file handler' : 'no handler'
        it(`${library} in a ${kind}, ${what}`, async (t) => {
          const cwd = scratch(t)
          const env = { LOG: join(cwd, 'app.log'), TEST_LIBRARY: library }
          const ended = await run('adapters/formats.js', {
            args: [kind],
            env,
            cwd,
            config: { handlers },
          })
          assert.equal(ended.stderr, '')
          const told = seenIn(ended.stdout)
          assert.equal(told.length, 2)
          for (const path of [env.LOG, `${env.LOG}.own`]) {
            if (!existsSync(path)) continue
            const [root, ...children] = seenIn(readFileSync(path, 'utf8'))
            assert.equal(root, `pid=${ended.pid} tid=0 worker=0 request=none`)
            assert.deepEqual(children, told, path)
          }
        })
      }
    }
  }
})

/** @param {string} text */
function seenIn(text) {
  return [...text.matchAll(/pid=\d+ tid=\d+ worker=\d+ request=\w+/g)].map(([found]) => found)
}
