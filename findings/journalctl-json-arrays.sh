#!/bin/sh
# journalctl -o json writes a coloured line as a list of numbers, and a long one as null: "MESSAGE":[27,91,51,50,109,…] for a line with
# an escape sequence or a carriage return, "MESSAGE":null for one of more than 4 KB, such as a JSON record with a deep stack. A reader
# that takes MESSAGE for text sees neither. --all, which its help explains as "Show all fields, including long and unprintable",
# brings the long one back as text and leaves the coloured one a list. A tab makes no list.
#
# Seen with systemd 252.39: text, list, list, text, null; with --all: text, list, list, text, text.
set -eu

remote=/lib/systemd/systemd-journal-remote
test -x "$remote" || { echo 'systemd-journal-remote is not installed' >&2; exit 1; }
command -v journalctl >/dev/null || { echo 'journalctl is not installed' >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >write.js <<'END'
const messages = ['plain', '\x1b[32mgreen\x1b[39m', 'carriage return\r', 'tab\t', 'x'.repeat(5000)]
for (const [at, message] of messages.entries())
  console.log(`__REALTIME_TIMESTAMP=${1795383522000000 + at}
__MONOTONIC_TIMESTAMP=${at + 1}
_BOOT_ID=0123456789abcdef0123456789abcdef
MESSAGE=${message}
`)
END
node write.js >sent
"$remote" -o x.journal sent 2>/dev/null

cat >kinds.js <<'END'
const lines = require('node:fs').readFileSync(0, 'utf8').trim().split('\n')
const kind = (value) => (value === null ? 'null' : Array.isArray(value) ? 'list' : 'text')
console.log(lines.map((line) => kind(JSON.parse(line).MESSAGE)).join(' '))
END
plain=$(journalctl --file x.journal -o json -q | node kinds.js)
all=$(journalctl --file x.journal -o json -q --all | node kinds.js)
echo "$(journalctl --version | head -n 1): $plain; with --all: $all"
test "$plain" = 'text list list text null' -a "$all" = 'text list list text text'
