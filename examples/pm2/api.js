// The web server: logs each request.

const { createServer } = require('node:http')
const log = require('pino')({ name: 'api' })

createServer((request, response) => {
  log.info({ url: request.url }, 'request')
  response.end('hello\n')
}).listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => log.info('listening'))
