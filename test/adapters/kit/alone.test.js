'use strict'
// What loggers of a child do besides writing (events, callbacks, calls of the application's own streams) is as without
// logshare, also where the root has the same loggers.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { run, scratch, FIXTURES } = require('../../helpers/run')

const APP = join(FIXTURES, 'adapters/alone.js')
const FILES = [
  'file.log',
  'own.log',
  'threaded.log',
  'elsewhere.log',
  'mixed.log',
  'winston.log',
  'bunyan.log',
  'log4js.log',
  'piped.log',
]

for (const kind of ['worker', 'fork']) {
  describe(`as without logshare, in a ${kind}`, { concurrency: 2 }, () => {
    /** @type {ReturnType<typeof use> | undefined} */
    let bare
    for (const handled of [false, true]) {
      it(handled ? 'with a file handler' : 'without a handler', async (t) => {
        bare ??= use(t, kind, 'none')
        const config = handled
          ? { handlers: [{ type: 'file', path: join(scratch(t), 'h.log') }] }
          : {}
        const [expected, actual] = await Promise.all([bare, use(t, kind, '-r', config)])
        for (const name of Object.keys(expected.notes))
          assert.deepEqual({ [name]: actual.notes[name] }, { [name]: expected.notes[name] })
        assert.deepEqual(actual.files, expected.files)
        assert.equal(withoutTimes(actual.stderr), withoutTimes(expected.stderr))
      })
    }
  })
}

/** @param {import('node:test').TestContext} t @param {string} kind @param {'none' | '-r'} way @param {object} [config] */
async function use(t, kind, way, config) {
  const cwd = scratch(t)
  const { code, stderr } = await run(APP, { args: [kind], cwd, way, ...(config && { config }) })
  assert.equal(code, 0, stderr)
  const notes = JSON.parse(readFileSync(join(cwd, 'NOTES.json'), 'utf8'))
  return { notes, files: FILES.map((name) => [name, linesOf(join(cwd, name))]), stderr }
}

/** @param {string} path */
function linesOf(path) {
  if (!existsSync(path)) return undefined
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line) => line.replace(/"time":"?[^",]+"?|"pid":\d+|^\[[^\]]+\]/g, ''))
}

/** @param {string} text */
function withoutTimes(text) {
  return text.replace(/^\S+Z /gm, '')
}
