#!/bin/sh
# JetStream remembers message ids longer than messages. A record that is published again after its stream was purged, or after it
# was deleted, within the duplicate window (2 minutes by default) is acknowledged and not stored: the acknowledgement names a
# sequence that no longer exists. A publisher that replays its records into an emptied stream is told that all went well. The
# id counts for the whole stream, also for a record of another subject.
#
# Seen with nats-server 2.9.10 and @nats-io/jetstream 3.4.0: acknowledged as sequence 1, duplicate; 0 messages in the stream.
set -eu

server=$(command -v nats-server || command -v /usr/sbin/nats-server) || { echo 'nats-server is not installed' >&2; exit 1; }
folder=$(mktemp -d)
pid=
trap '{ test -z "$pid" || kill "$pid"; } 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @nats-io/transport-node@3.4.0 @nats-io/jetstream@3.4.0 >/dev/null
mkdir ports
"$server" -a 127.0.0.1 -p -1 -js -sd "$folder/store" --ports_file_dir "$folder/ports" >server.log 2>&1 &
pid=$!

cat >publish.mjs <<'END'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from '@nats-io/transport-node'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
let nats
while (!nats) {
  const [file] = readdirSync('ports')
  try {
    nats = await connect({ servers: JSON.parse(readFileSync(`ports/${file}`, 'utf8')).nats[0] })
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const manager = await jetstreamManager(nats)
await manager.streams.add({ name: 'LOGS', subjects: ['logs.>'], storage: 'memory' })
await jetstream(nats).publish('logs.api', 'record', { msgID: 'record-1' })
await manager.streams.purge('LOGS')
const { seq, duplicate } = await jetstream(nats).publish('logs.web', 'record', { msgID: 'record-1' })
const { messages } = (await manager.streams.info('LOGS')).state
console.log(`acknowledged as sequence ${seq}, duplicate ${duplicate}, ${messages} messages in the stream`)
await nats.close()
END

seen=$(timeout 30 node publish.mjs)
echo "$("$server" -v), @nats-io/jetstream 3.4.0: $seen"
test "$seen" = 'acknowledged as sequence 1, duplicate true, 0 messages in the stream'
