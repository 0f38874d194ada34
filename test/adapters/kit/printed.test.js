'use strict'
// What is read from a printed line: of the shapes that libraries print, and of text that only looks like one.

const assert = require('node:assert/strict')
const { hostname } = require('node:os')
const { describe, it } = require('node:test')
const { readPrinted } = require('../../../dist/adapters/kit/capture/printed')

const STACK = 'Error: boom\n    at run (/app/main.js:1:2)'
const HOST = `"hostname":"${hostname()}","pid":${process.pid}`

/** @type {Record<string, [line: string, level: number | undefined, name: string | undefined]>} */
const TEXTS = {
  'level in brackets': ['[ERROR] no connection', 50, undefined],
  'level and name in brackets': ['[info] [shop] open', 30, 'shop'],
  'name and level in brackets': ['[shop] [warn] stock is low', 40, 'shop'],
  'winston 2 with a label': ['warn: [shop] stock is low', 40, 'shop'],
  'winston 2 with a time': ['2026-01-02T03:04:05.678Z - error: [shop] failed', 50, 'shop'],
  'consola 2, a badge': ['\u001b[43m WARN \u001b[49m stock is low', 40, undefined],
  'consola 2, a sign': ['ℹ open', 30, undefined],
  'consola 3, a badge': ['[shop]  ERROR  failed', 50, 'shop'],
  'consola 3, a sign': ['[shop] ✖ failed', 50, 'shop'],
  'tslog 3': ['2026-01-02 03:04:05.678  WARN [shop main.js:7  Object.run] low', 40, 'shop'],
  'tslog 3 without a name': ['2026-01-02 03:04:05.678  INFO  [main.js:7  run] open', 30, undefined],
  log4js: ['[2026-01-02T03:04:05.678] [DEBUG] shop - open', 20, 'shop'],
  NestJS: ['[Nest] 12  - 01/02/2026, 3:04:05 AM    WARN [Shop] low', 40, 'Shop'],
  'NestJS, other time': ['[Nest] 12  - 2/1/2026, 03:04:05     LOG open', 30, undefined],
  npmlog: ['ERR! shop failed', 50, undefined],
  'npmlog with a heading': ['shop verb stock counted', 20, undefined],
  'npmlog, info': ['info shop open', 30, undefined],
  npm: ['npm warn deprecated it', 40, undefined],
  'an error': ['Error: boom', 50, undefined],
  'a frame': ['    at error: (main.js:1:2)', undefined, undefined],
  'a sentence': ['information about errors', undefined, undefined],
  'a name without a level': ['[shop] open', undefined, undefined],
  'a step': ['[1/4] Resolving packages', undefined, undefined],
  'a name of Object': ['npm constructor called', undefined, undefined],
  'a time without a level': ['[08:34:31] open', undefined, undefined],
  'a level in the middle': ['this is an ERROR in a line', undefined, undefined],
}

/** @type {Record<string, [line: string, expected: object]>} */
const OBJECTS = {
  pino: [
    `{"level":40,"time":1,${HOST},"name":"shop","user":17,"msg":"low"}`,
    { level: 40, name: 'shop', msg: 'low', user: 17 },
  ],
  'pino before 6, an error': [
    `{"level":50,"time":1,${HOST},"msg":"boom","type":"Error","stack":${JSON.stringify(STACK)},"v":1}`,
    { level: 50, msg: 'boom', err: { type: 'Error', message: 'boom', stack: STACK } },
  ],
  bunyan: [
    `{"name":"shop",${HOST},"level":50,"err":{"message":"boom","name":"Error","stack":${JSON.stringify(STACK)}},"msg":"failed","time":"2026-01-02T03:04:05.678Z","v":0}`,
    {
      level: 50,
      name: 'shop',
      msg: 'failed',
      err: { type: 'Error', message: 'boom', stack: STACK },
    },
  ],
  winston: [
    `{"level":"error","message":"failed","label":"shop","stack":${JSON.stringify(STACK)}}`,
    {
      level: 50,
      name: 'shop',
      msg: 'failed',
      err: { type: 'Error', message: 'boom', stack: STACK },
    },
  ],
  'tslog 3': [
    '{"loggerName":"shop","date":"2026-01-02T03:04:05.678Z","logLevel":"error","logLevelId":5,"functionName":"run","argumentsArray":["failed",{"isError":true,"name":"Error","message":"boom","stack":[{"fullFilePath":"/app/main.js","lineNumber":1,"columnNumber":2,"functionName":"run"}]}]}',
    {
      level: 50,
      name: 'shop',
      msg: 'failed',
      functionName: 'run',
      err: { type: 'Error', message: 'boom', stack: STACK },
    },
  ],
  'consola 2': [
    '{"date":"2026-01-02T03:04:05.678Z","args":["low",{"user":17}],"type":"success","level":3,"tag":"shop"}',
    { level: 30, name: 'shop', msg: 'low {"user":17}' },
  ],
  NestJS: [
    `{"level":"log","pid":${process.pid},"timestamp":1,"message":"open","context":"Shop"}`,
    { level: 30, name: 'Shop', msg: 'open' },
  ],
  data: ['{"args":[1],"level":3}', { msg: '{"args":[1],"level":3}' }],
  'a stack that is none': [
    '{"level":"info","msg":"up","stack":"web"}',
    { level: 30, msg: 'up', stack: 'web' },
  ],
}

describe('text', () => {
  for (const [title, [line, level, name]] of Object.entries(TEXTS)) {
    it(title, () => {
      const found = readPrinted(line)
      assert.deepEqual([found.level, found.name, found.fields], [level, name, ''])
    })
  }
})

it('no line takes long', () => {
  const long = 2 ** 16 - 100
  const lines = [
    `[a ${':1'.repeat(long / 2)}`,
    `[Nest] 1  - ${' '.repeat(long)}`,
    `{"level":30,"msg":"","stack":"E: ${'\\n'.repeat(long / 2 - 40)}"}`,
    `${' '.repeat(long)}[`,
    `[${' '.repeat(long)}`,
  ]
  const began = performance.now()
  for (const line of lines) readPrinted(line)
  assert.ok(performance.now() - began < 500)
})

describe('JSON', () => {
  for (const [title, [line, expected]] of Object.entries(OBJECTS)) {
    it(title, () => {
      const { level, name, msg, fields } = readPrinted(line)
      const read = { level, name, msg, ...JSON.parse(`{${fields.slice(1)}}`) }
      assert.deepEqual(JSON.parse(JSON.stringify(read)), expected)
    })
  }
})
