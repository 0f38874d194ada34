#!/usr/bin/env bash
# Installs rsyslog, and unpacks syslog-ng into the directory given: the two packages cannot be installed side by side.
set -euo pipefail
target=$1
apt=(apt-get -o DPkg::Lock::Timeout=120)

if ! { command -v rsyslogd && command -v openssl && command -v perl; } >/dev/null; then
  "${apt[@]}" update -qq
  "${apt[@]}" install -y -qq --no-install-recommends rsyslog rsyslog-openssl openssl perl-base >/dev/null
fi
if [ ! -x "$target/usr/sbin/syslog-ng" ]; then
  "${apt[@]}" update -qq
  needs=$(apt-cache depends syslog-ng-core | sed -n 's/^  Depends: \(lib[^<]*\)$/\1/p')
  # shellcheck disable=SC2086
  "${apt[@]}" install -y -qq --no-install-recommends $needs >/dev/null
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work"
  (cd "$work" && "${apt[@]}" download -qq syslog-ng-core >/dev/null 2>&1)
  mkdir -p "$target"
  dpkg -x "$work"/*.deb "$target"
fi
