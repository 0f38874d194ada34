#!/bin/sh
# PostgreSQL reads the times of its own log wrong. It writes them with the zone's abbreviation, and abbreviations mean to it what
# "timezone_abbreviations" says, whatever "log_timezone" is: with log_timezone 'Asia/Kolkata' a line ends its time with "IST", and IST
# is the time of Israel. A CSV log that is loaded into the table of its manual ("log_time timestamp with time zone") is three hours and
# a half too late, without an error. It is the same with 'Asia/Shanghai' (CST, the time of Chicago): 14 hours.
#
# Seen with PostgreSQL 15.18: 210 minutes between when a line was written and what the server makes of its time.
set -eu

for command in initdb postgres psql; do
  command -v "$command" >/dev/null || PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
  command -v "$command" >/dev/null || { echo "$command is not installed" >&2; exit 1; }
done
folder=$(mktemp -d)
pid=
trap '{ test -z "$pid" || kill -INT "$pid" && wait "$pid"; } 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"

# The server does not run as root.
as=
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as='setpriv --reuid=postgres --regid=postgres --clear-groups'
fi
$as initdb -D "$folder/data" -A trust -U postgres >initdb.log
$as postgres -D "$folder/data" -c listen_addresses= -c "unix_socket_directories=$folder" -c log_timezone=Asia/Kolkata \
  -c logging_collector=on -c log_destination=csvlog -c "log_directory=$folder" -c log_filename=pg.log >server.log 2>&1 &
pid=$!
for _ in $(seq 300); do
  grep -qs 'ready to accept' pg.csv && break
  sleep 0.1
done

time=$(grep 'ready to accept' pg.csv | cut -d , -f 1)
minutes=$(psql -h "$folder" -U postgres -Atc "SELECT round(extract(epoch FROM now() - '$time'::timestamptz) / 60)")
echo "$(postgres --version): '$time' was $minutes minutes ago"
test "$minutes" -ge -210 -a "$minutes" -le -205
