'use strict'
// Failed: a reporter that prints the paths of the test files in which something has failed, one a line.

/** @param {AsyncIterable<{ type: string, data: { file?: string, name: string } }>} events */
module.exports = async function* failed(events) {
  const told = new Set()
  for await (const { type, data } of events) {
    if (type !== 'test:fail') continue
    // A file that was killed fails as a test that has its path for a name.
    const file = data.name.endsWith('.test.js') ? data.name : data.file
    if (!file || told.has(file)) continue
    told.add(file)
    yield `${file}\n`
  }
}
