#!/bin/sh
# tslog 5 drops fields of the application that have the name of one of its own. Its JSON puts fields at the top of the record, where
# "level", "levelId" and "time" are the logger's: log.info({ level: 'gold', time: 'noon' }) leaves nothing of the two, neither under
# another name nor below. A field called "message" is kept if it is alone, and dropped if the call has a text as well.
#
# Seen with tslog 5.1.0 and Node 20.20.2: "gold", "noon" and "own" are missing, "kept" is there.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error tslog@5.1.0 >/dev/null

cat >log.mjs <<'END'
import { Logger } from 'tslog'
const log = new Logger({ type: 'json' })
log.info({ level: 'gold', time: 'noon', message: 'own', other: 'kept' }, 'text')
END

node log.mjs >line
seen=$(grep -oE '"(gold|noon|own|kept|text)"' line | paste -sd ' ' -)
echo "tslog 5.1.0, node $(node --version): of gold, noon, own, kept and text there is $seen"
test "$(echo "$seen" | tr ' ' '\n' | sort | paste -sd ' ' -)" = '"kept" "text"'
