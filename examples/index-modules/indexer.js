// Indexer: a forked process that reads its share of the files with a pool of worker threads. It does not use logshare;
// it logs with console.

const { join } = require('node:path')
const { Piscina } = require('piscina')

process.once('message', async (paths) => {
  const pool = new Piscina({ filename: join(__dirname, 'reader.js'), minThreads: 2, maxThreads: 2 })
  console.log('%d files to read in %d threads', paths.length, pool.threads.length)
  let done = 0
  const entries = await Promise.all(
    paths.map(async (path) => {
      const entry = await pool.run(path)
      if (++done % 100 === 0) console.info('%d of %d files read', done, paths.length)
      return entry
    }),
  )
  const indexed = entries.filter(Boolean)
  process.send(indexed, () => {
    console.log('leaving after %d files', indexed.length)
    process.exit() // also ends the threads of the pool
  })
})
