'use strict'
// What single libraries print in a way of their own: as without logshare, and each line of the log is JSON with each key once.

const assert = require('node:assert/strict')
const { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { FIXTURES, readLines, ROOT, run, scratch } = require('../../helpers/run')

const PROGRAM = join(FIXTURES, 'adapters/points.js')

it('winston: `splat` of an info is interpolated, and an info within itself shows no array that it has not', async (t) => {
  const [alone] = await runPoints(t, 'winston', { way: 'none' })
  const [ours] = await runPoints(t, 'winston')
  assert.match(alone, /info: a x b 7\n/)
  assert.equal(ours, alone)
})

it('winston under another name is written by the root', async (t) => {
  const cwd = scratch(t)
  const modules = join(cwd, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== 'winston' && !name.startsWith('.'))
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  cpSync(join(ROOT, 'node_modules/winston'), join(modules, 'mywin'), { recursive: true })
  const program = join(cwd, 'points.js')
  cpSync(PROGRAM, program)
  const [, log] = await runPoints(t, 'winston', { cwd, program, env: { PACKAGE: 'mywin' } })
  assert.deepEqual(
    new Set(log.map(({ lib, source }) => `${lib} ${source}`)),
    new Set(['winston worker#1']),
  )
})

it('bunyan: a field `level` that is no number', async (t) => {
  const [, log] = await runPoints(t, 'bunyan')
  assert.deepEqual(
    log.map(({ level, msg }) => [level, msg]),
    [
      [40, 'a word'],
      [30, 'no level'],
      [30, 'no number'],
    ],
  )
})

it('LogTape: one `err` in a record, whatever the properties are called', async (t) => {
  const [, log, text] = await runPoints(t, 'logtape')
  assert.equal(text.match(/"err":\{"type"/g)?.length, 3)
  assert.deepEqual(
    log.map(({ err }) => /** @type {any} */ (err).message),
    ['boom', 'boom', 'boom'],
  )
  const [, two, three] = log
  assert.deepEqual([two?._err, two?.other, three?.failure], ['a text', 1, { err: 1 }])
})

/** @returns {Promise<[files: string, log: import('logshare').LogRecord[], text: string]>} */
async function runPoints(
  t,
  name,
  { cwd = scratch(t), program = PROGRAM, env = {}, way } = /** @type {any} */ ({}),
) {
  const config = { handlers: [{ type: 'file', path: 'all.jsonl' }] }
  const ended = await run(program, { cwd, env, args: [name], ...(way ? { way } : { config }) })
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
  const files = readdirSync(cwd).filter((file) => file.endsWith('.log'))
  const written = files.sort().map((file) => readFileSync(join(cwd, file), 'utf8'))
  const text = way ? '' : readFileSync(join(cwd, 'all.jsonl'), 'utf8')
  return [written.join(''), readLines(text), text]
}
