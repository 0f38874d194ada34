'use strict'
// Shows the same records of two processes as logshare, pino-pretty, consola, and concurrently and `docker compose logs` with
// pino-pretty do, each on a terminal of 100 columns. The last one needs a Docker engine (DOCKER_HOST).
//
//   node bench/terminal.js [logshare|pino-pretty|consola|concurrently|docker-compose] [--pictures <folder>]
//
// --pictures: writes them as pictures, on a dark and on a light terminal. Needs Debian's chromium and pngquant.

const { parseArgs } = require('node:util')
const { installPeers } = require('./peers.js')
const { takePictures } = require('./terminal/pictures.js')
const { WAYS, printed } = require('./terminal/ways.js')

const { positionals, values } = parseArgs({
  options: { pictures: { type: 'string' } },
  allowPositionals: true,
})

main()

async function main() {
  installPeers()
  const ways = positionals.length > 0 ? positionals : WAYS
  if (values.pictures !== undefined) await takePictures(ways, values.pictures)
  else for (const way of ways) show(way)
}

/** @param {string} way */
function show(way) {
  console.log(`\n===== ${way}`)
  process.stdout.write(printed(way) ?? 'Left out: there is no Docker engine, or no Compose.\n')
}
