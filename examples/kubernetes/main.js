// The application: a web server that has each request handled by a thread, and a process that looks after its stock.

const { fork } = require('node:child_process')
const { createServer } = require('node:http')
const { join } = require('node:path')
const { isMainThread, parentPort, Worker } = require('node:worker_threads')
const log = require('pino')({ name: isMainThread ? 'shop' : 'shop.thread' })

if (isMainThread) serve()
else handle()

function serve() {
  const worker = new Worker(__filename)
  const stock = fork(join(__dirname, 'stock.js'))
  const server = createServer((request, response) => {
    if (request.url !== '/health') {
      log.info({ url: request.url }, 'request')
      worker.postMessage(request.url)
      stock.send(request.url)
    }
    response.end('ok\n')
  })
  server.listen(Number(process.env.PORT ?? 3000), () => log.info('listening'))
  process.once('SIGTERM', () => {
    log.info('closing')
    server.close()
    worker.postMessage(null)
    stock.disconnect()
  })
}

function handle() {
  parentPort.on('message', (url) => {
    if (url === null) parentPort.close()
    else log.info({ url }, 'handled')
  })
}
