#!/usr/bin/env bash
# Installs rsyslog, and unpacks syslog-ng into .cache: the two packages cannot be installed side by side.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$PWD/.cache/syslog-ng
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
  mkdir -p .cache
  work=$(mktemp -d "$PWD/.cache/unpack.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && "${apt[@]}" download -qq syslog-ng-core >/dev/null 2>&1)
  dpkg -x "$work"/*.deb "$work/root"
  mv -T "$work/root" "$target" || [ -x "$target/usr/sbin/syslog-ng" ] # another test was faster
fi
