#!/bin/sh
# An AggregateError that a worker thread posts to its parent arrives as a plain Error without its errors, while the cause of an Error
# arrives whole. For the most frequent one, a refused connection to a name with two addresses, nothing is left to log: its
# message is empty, and its code is a property that the copy does not have.
#
# Seen with Node 20.20.2 and 26.10.0: AggregateError, message "", code ECONNREFUSED, 2 errors in the worker; Error, message "", no
# code, no errors in the parent.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >worker.js <<'END'
const { connect } = require('node:net')
const { Worker, isMainThread, parentPort } = require('node:worker_threads')
const show = (error) => `${error.name} "${error.message}" ${error.code} ${error.errors?.length}`
if (isMainThread) {
  new Worker(__filename).on('message', (message) => console.log(message instanceof Error ? show(message) : message))
} else {
  // A name with two addresses where nothing listens.
  const lookup = (name, options, done) =>
    done(null, [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }])
  connect({ host: 'two.test', port: 1, lookup, autoSelectFamily: true }).on('error', (error) => {
    parentPort.postMessage(show(error))
    parentPort.postMessage(error)
  })
}
END

seen=$(node worker.js | paste -sd , -)
echo "node $(node --version): $seen"
test "$seen" = 'AggregateError "" ECONNREFUSED 2,Error "" undefined undefined'
