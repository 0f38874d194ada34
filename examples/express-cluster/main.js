// The primary: starts two workers, and ends them at SIGINT or SIGTERM.

const cluster = require('node:cluster')
const { join } = require('node:path')
const log = require('pino')({ name: 'primary' })

const WORKERS = 2

cluster.setupPrimary({ exec: join(__dirname, 'server.js') })
for (let i = 0; i < WORKERS; i++) cluster.fork()
cluster.on('listening', (worker) => log.info('worker %d is ready', worker.id))

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => cluster.disconnect(() => log.info('all workers have ended')))
}
