#!/bin/sh
# @pinojs/redact returns a redacted copy and leaves the object it was given as it was, unless a path and a wildcard path meet
# in one branch: with paths 'a.b' and '*.x.y' it clones 'a' for the first path only, and writes the second one's censor into
# the object of the caller, where it stays.
#
# Seen with @pinojs/redact 0.4.0 and Node 20.20.2: 'a.x.y' of the caller's object is '[REDACTED]' afterwards; with '*.x.y' alone
# it is not.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @pinojs/redact@0.4.0 >/dev/null

cat >redact.js <<'END'
const createRedact = require('@pinojs/redact')
const after = (paths) => {
  const given = { a: { b: 'first', x: { y: 'second' } } }
  createRedact({ paths })(given)
  return given.a.x.y
}
console.log(after(['*.x.y']), after(['a.b', '*.x.y']))
END

seen=$(node redact.js)
echo "@pinojs/redact 0.4.0, node $(node --version): $seen"
test "$seen" = 'second [REDACTED]'
