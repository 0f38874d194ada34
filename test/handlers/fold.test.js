'use strict'
// Fold: repeated records on a terminal are one line with a count; nothing else is folded.

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')
const { promisify, stripVTControlCharacters } = require('node:util')
const { cleanEnv, REGISTER, run, scratch } = require('../helpers/run.js')

const PROGRAM = `
const { getLogger } = require(process.env.INDEX)
const log = getLogger('app')
for (let i = 0; i < 3; i++) log.info({ a: 1 }, 'same')
log.info({ a: 2 }, 'same')
log.warn({ a: 2 }, 'same')
if (process.env.LATER) setTimeout(() => log.info('after'), 1500)
for (let i = 0; i < 5; i++) log.error('last')
if (!process.env.LATER) process.exit()
`
const INDEX = require.resolve('../../dist/index.js')

/** What each line says. @param {string} text */
function saidIn(text) {
  const lines = stripVTControlCharacters(text).split(/\r?\n/)
  return lines.filter((line) => line !== '').map((line) => line.replace(/^\S+ (\w+) +app /, '$1 '))
}

/** @param {import('node:test').TestContext} t @param {object} [handler] @param {object} [extra] */
async function onTerminal(t, handler, extra) {
  const file = join(scratch(t), 'app.js')
  writeFileSync(file, PROGRAM)
  const config = { adapters: false, handlers: [{ type: 'console', ...handler }] }
  const env = { TERM: 'xterm', INDEX, LOGSHARE_CONFIG: JSON.stringify(config), ...extra }
  const line = `'${process.execPath}' -r '${REGISTER}' '${file}'`
  const options = { env: cleanEnv(env) }
  const { stdout } = await promisify(execFile)('script', ['-qec', line, '/dev/null'], options)
  return saidIn(stdout)
}

const HEAD = [
  'INFO same  a=1',
  'INFO same ×2  a=1',
  'INFO same  a=2',
  'WARN same  a=2',
  'ERROR last',
]

test('repetitions are counted, also those before process.exit()', async (t) => {
  assert.deepEqual(await onTerminal(t), [...HEAD, 'ERROR last ×4'])
})

test('the count is shown after a second, before what comes later', async (t) => {
  const shown = await onTerminal(t, {}, { LATER: '1' })
  assert.deepEqual(shown, [...HEAD, 'ERROR last ×4', 'INFO after'])
})

test('with `fold: false`, and in a pipe, every record is shown', async (t) => {
  const all = await onTerminal(t, { fold: false })
  assert.deepEqual(all.slice(0, 3), Array(3).fill('INFO same  a=1'))
  assert.equal(all.length, 10)
  const file = join(scratch(t), 'app.js')
  writeFileSync(file, PROGRAM)
  for (const format of ['auto', 'pretty']) {
    const config = { adapters: false, handlers: [{ type: 'console', format }] }
    const { stdout } = await run(file, { config, env: { INDEX } })
    assert.equal(stdout.split('\n').filter(Boolean).length, 10)
  }
})
