// Lookup: a cluster worker that answers over HTTP where a name is declared. It does not use logshare; it logs with
// debug and console.

const { readFileSync } = require('node:fs')
const { createServer } = require('node:http')
const debug = require('debug')('index:lookup')

const { names } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
console.log('%d names to look up', Object.keys(names).length)

const server = createServer((request, response) => {
  const name = decodeURIComponent(request.url.slice(1))
  const places = Object.hasOwn(names, name) ? names[name] : undefined
  if (places) debug('answered %s: declared in %d places', name, places.length)
  else console.warn('answered %s: declared nowhere', name)
  response.statusCode = places ? 200 : 404
  response.end(JSON.stringify(places ?? []))
})
server.listen(0, '127.0.0.1')
