'use strict'
// What libraries treat in a way of their own, in a child whose root writes it, is as without logshare: BigInt in raw streams, errors
// with serializers, positions in the source, colours in a message.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { FIXTURES, run, scratch } = require('../../helpers/run')

const PROGRAM = join(FIXTURES, 'adapters/corners.js')
const FILES = ['bunyan.log', 'source.log', 'log4js.log']
/** What proves that the library has done it. */
const PROOFS = {
  bunyan: /"err":"serialized of its own","msg":"with a message"/,
  source: /big bigint\nin a child undefined\n/,
  log4js:
    /INFO shop corners.js:\d+:\d+ .*at the top\n[\s\S]*WARN shop corners.js:\d+:\d+ \S*open in a method/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour
  debug: /a \u001b\[31mred\u001b\[39m word/,
}

describe('as without logshare', { concurrency: 2 }, () => {
  for (const [name, proof] of Object.entries(PROOFS)) {
    for (const kind of ['worker', 'fork']) {
      it(`${name} in a ${kind}`, async (t) => {
        const handlers = [{ type: 'file', path: join(scratch(t), 'all.jsonl') }]
        const [bare, relayed, copied] = await Promise.all([
          use(t, kind, name, { way: 'none' }),
          use(t, kind, name, { config: {} }),
          use(t, kind, name, { config: { handlers } }),
        ])
        assert.match(bare, proof)
        assert.equal(relayed, bare)
        assert.equal(copied, bare)
      })
    }
  }
})

/** What is printed and written, without what differs from run to run. */
async function use(t, kind, name, /** @type {any} */ options) {
  const cwd = scratch(t)
  const env = { DEBUG: 'shop', DEBUG_COLORS: '1' }
  const { code, stdout, stderr } = await run(PROGRAM, { args: [kind, name], cwd, env, ...options })
  assert.equal(code, 0, stderr)
  const files = FILES.map((file) => join(cwd, file)).filter((path) => existsSync(path))
  const text = [stdout, ...files.map((path) => readFileSync(path, 'utf8')), stderr].join('')
  return text
    .replace(/"time":"[^"]+"|"pid":\d+/g, '')
    .replace(/\+\d+m?s/g, '')
    .replaceAll(cwd, '')
}
