'use strict'
// A child that does nothing, logs a record, or then waits and reports its memory (MB).

const does = process.argv[2]
if (does !== 'nothing') console.log('a record')
if (does === 'idle') {
  setTimeout(() => {
    process.send?.(process.memoryUsage.rss() / 2 ** 20, () => process.disconnect())
  }, 700)
}
