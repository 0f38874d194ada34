'use strict'
// The signale adapter: children print themselves and call their own streams; a file of the root is written by the root.

const assert = require('node:assert/strict')
const { it } = require('node:test')
const {
  assertNumbered,
  assertRecords,
  describeFiles,
  describeImport,
  describePrinting,
  FOUR,
  prepare,
} = require('../../helpers/destinations')
const { readLog } = require('../../helpers/run')

const error = { level: 60, fields: { lib: 'signale', type: 'fatal' } }

describePrinting('signale', { terminal: ['terminal'], error })
describeFiles('signale')
describeImport('signale')

for (const ROOT of ['first', 'launcher', 'late']) {
  it(`a stream of the application is called in the child (root: ${ROOT})`, async (t) => {
    const { show, lines, log } = prepare(t, 'signale')
    const config = { handlers: [{ type: 'file', path: log }] }
    const { pid } = await show('function', FOUR, { ROOT, END: 'exit' }, { config })
    const count = ROOT === 'late' ? 100 : 50
    assertNumbered(lines(), FOUR, count)
    const byRoot = lines().filter((line) => JSON.parse(line).by === pid)
    assert.equal(byRoot.filter((line) => line.includes('fork-')).length, 0)
    if (ROOT === 'first') assertRecords(readLog(log), FOUR, error)
    else
      assertNumbered(
        readLog(log).map(({ msg }) => msg),
        FOUR,
        count,
      )
  })
}
