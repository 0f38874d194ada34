#!/bin/sh
# bunyan's option "src" (file and line of the call) writes an empty object with Node 20: bunyan takes the call's place from
# Error.captureStackTrace(this), where "this" is the global object, and there Node 20 leaves no stack on it. Newer versions of
# Node fill it in. Nothing is reported; the application still pays for a stack trace on each call.
#
# Seen with bunyan 2.0.5: {} with Node 20.20.2, file and line with 22, 24 and 26.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error bunyan@2.0.5 >/dev/null

cat >log.js <<'END'
require('bunyan').createLogger({ name: 'app', src: true }).info('where is this from')
END

node log.js >log
seen=$(node -p 'JSON.stringify(JSON.parse(fs.readFileSync("log", "utf8")).src)')
echo "bunyan 2.0.5, node $(node --version): src $seen"
case $(node --version) in
v20.*) test "$seen" = '{}' ;;
*) test "$seen" != '{}' ;;
esac
