'use strict'
// The root exits at once when its children have: what their records have come to in its loggers is written. All loggers, with
// more records: test/attacks/last.test.js.

const { describe, it } = require('node:test')
const { assertLast } = require('../../helpers/last')

const NAMES = [
  'winston File, size',
  'winston File, lazy',
  'pino to rotating-file-stream',
  'signale to a stream',
]

describe('the root exits with its last child', { concurrency: 2 }, () => {
  for (const name of NAMES) it(name, (t) => assertLast(t, name, 500))
})
