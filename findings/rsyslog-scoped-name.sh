#!/bin/sh
# Programs that call themselves by their npm name are one program for rsyslog if the name has a scope: it ends a program name at
# the first slash, so that @shop/api and @shop/web are both "@shop", and a file per %programname% mixes them. In the traditional
# format %app-name% is cut as well, the pid behind the slash is still read, and in RFC 5424 the two properties disagree.
#
# Seen with rsyslog 8.2302.0, programname and app-name: "@shop @shop" twice, then (RFC 5424) "@shop @shop/api".
set -eu

rsyslogd=$(command -v rsyslogd || command -v /usr/sbin/rsyslogd) || { echo 'rsyslogd is not installed' >&2; exit 1; }
folder=$(mktemp -d)
pid=
trap '{ test -z "$pid" || kill "$pid"; } 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"

cat >rsyslog.conf <<END
module(load="imptcp")
input(type="imptcp" path="$folder/in")
template(name="names" type="string" string="%programname% %app-name% %procid%\n")
action(type="omfile" file="$folder/out" template="names")
END
"$rsyslogd" -n -f "$folder/rsyslog.conf" -i "$folder/pid" &
pid=$!

cat >send.js <<'END'
const { connect } = require('node:net')
const { existsSync, readFileSync } = require('node:fs')
const lines = [
  '<13>Nov 28 10:00:00 host @shop/api[7]: text',
  '<13>Nov 28 10:00:00 host @shop/web[8]: text',
  '<13>1 2026-11-28T10:00:00Z host @shop/api 9 - - text',
]
const open = () => connect('in', function () { this.end(lines.join('\n') + '\n'); look() }).on('error', () => setTimeout(open, 50))
const look = () => existsSync('out') && readFileSync('out', 'utf8').split('\n').length > lines.length || setTimeout(look, 50)
open()
END
timeout 30 node send.js

seen=$(paste -sd , out)
echo "rsyslog $("$rsyslogd" -v | awk 'NR == 1 { print $2 }'): $seen"
test "$seen" = '@shop @shop 7,@shop @shop 8,@shop @shop/api 9'
