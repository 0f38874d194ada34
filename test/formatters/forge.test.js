'use strict'
// Forged lines: no logged text can create a line of its own, or a terminal escape, in any format.

const assert = require('node:assert/strict')
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { stripVTControlCharacters } = require('node:util')
const fc = require('fast-check')
const { readLines, run, scratch } = require('../helpers/run.js')

const STAMP = /^\d\d:\d\d:\d\d\.\d{3} (?:INFO|ERROR) /
/** Control characters, without the line feed and the tab, which `pretty` keeps. */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Bidi_C}\u2028\u2029]/u
const SEED = 20
const nasty = fc.string({
  unit: fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    '\0',
    '\u001b[2K\u001b[1A',
    '\u001b]0;x\u0007',
    '\u009b31m',
    '\u2028',
    '\u202e',
    '\u2066',
    '\u200f',
    '\u2029',
    '\u0085',
    '\u000b\u000c',
    '\u007f',
    '\u0008',
    '\t',
    '"',
    '\\',
    '\ud800',
    '%s',
    'a',
    '12:34:56.789 INFO  texts (root) <0a> forged',
    '{"level":30,"msg":"forged"}',
  ),
  minLength: 1,
  maxLength: 8,
})
const texts = [
  ...new Set(
    fc.sample(fc.oneof(nasty, fc.string({ unit: 'binary', minLength: 1 })), {
      numRuns: 150,
      seed: SEED,
    }),
  ),
]

/** Places in a record in which each text is logged, by source. */
const PLACES = { root: 'abcdef', 'worker#1': 'abcdefg', 'fork#1': 'abcdefg' }

/**
 * @param {import('node:test').TestContext} t @param {readonly object[]} handlers
 * @param {Record<string, string>} [env]
 */
async function logTexts(t, handlers, env = {}) {
  const directory = scratch(t)
  const TEST_TEXTS = join(directory, 'texts.json')
  writeFileSync(TEST_TEXTS, JSON.stringify(texts))
  // A file: several processes print, and a pipe that is full splits lines of more than 4096 bytes (POSIX, PIPE_BUF).
  const path = join(directory, 'stdout.txt')
  const { code, stderr } = await run('hostile/texts.js', {
    cwd: directory,
    env: { TEST_TEXTS, ...env },
    config: { handlers },
    stdout: path,
  })
  assert.deepEqual([code, stderr], [0, ''])
  return { directory, stdout: readFileSync(path, 'utf8') }
}

/** @param {boolean} own whether the children's console is left out */
function count(own) {
  const places = Object.values(PLACES).map((each) => (own ? 'abcdef' : each).length)
  return texts.length * places.reduce((sum, each) => sum + each, 0)
}

/** @param {string} text @param {boolean} own */
function assertJson(text, own) {
  assert.doesNotMatch(text, CONTROLS)
  assert.doesNotMatch(text, /\t/)
  const records = readLines(text)
  assert.equal(text.split('\n').length, count(own) + 1)
  assert.equal(records.length, count(own))
  for (const [source, places] of Object.entries(PLACES)) {
    const messages = new Set(
      records.filter((each) => each.source === source).map(({ msg }) => msg.split('>')[0]),
    )
    for (const i of texts.keys()) {
      for (const place of own ? 'abcdef' : places) assert.ok(messages.has(`<${i}${place}`))
    }
  }
  for (const { msg } of records) {
    const [, i] = /^<(\d+)[ag]>/.exec(msg) ?? []
    if (i) assert.equal(msg.slice(msg.indexOf('>') + 1), texts[Number(i)])
  }
}

/** @param {string} text */
function assertPretty(text) {
  assert.doesNotMatch(text, CONTROLS)
  const lines = text.split('\n')
  assert.equal(lines.pop(), '')
  const first = lines.filter((line) => STAMP.test(line))
  assert.equal(first.length, count(false))
  for (const line of lines) assert.match(line, /^(?:\d\d:\d\d:\d\d\.\d{3} | {4})/)
  for (const [i, place] of [...texts.keys()].flatMap((each) => [...'abcdef'].map((p) => [each, p])))
    assert.equal(first.filter((line) => line.includes(`<${i}${place}>`)).length >= 3, true)
}

it('no forged line in files of both formats, nor in colour on the console', async (t) => {
  const { directory, stdout } = await logTexts(
    t,
    [
      { type: 'file', path: 'json.log' },
      { type: 'file', path: 'pretty.log', format: 'pretty' },
      { type: 'console', format: 'pretty' },
    ],
    { FORCE_COLOR: '1' },
  )
  assertJson(readFileSync(join(directory, 'json.log'), 'utf8'), false)
  const pretty = readFileSync(join(directory, 'pretty.log'), 'utf8')
  assertPretty(pretty)
  assert.ok(stdout.includes('\u001b['))
  assert.equal(stripVTControlCharacters(stdout), pretty)
})

it('no forged line in JSON on the console, nor in what the relay prints for our own loggers', async (t) => {
  const json = await logTexts(t, [{ type: 'console', format: 'json' }])
  assertJson(json.stdout, false)
  const relay = await logTexts(t, [{ type: 'relay' }], { TEST_OWN: '1' })
  assertJson(relay.stdout, true)
})

it('no forged line with redaction, which encodes the fields again', async (t) => {
  const directory = scratch(t)
  const TEST_TEXTS = join(directory, 'texts.json')
  writeFileSync(TEST_TEXTS, JSON.stringify(texts))
  const path = join(directory, 'json.log')
  await run('hostile/texts.js', {
    env: { TEST_TEXTS },
    config: { redact: ['secret', '*.secret'], handlers: [{ type: 'file', path }] },
  })
  assertJson(readFileSync(path, 'utf8'), false)
})
