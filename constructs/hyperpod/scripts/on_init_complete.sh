#!/bin/bash
# Runs on each machine when HyperPod has set it up: turns off what would wait for an internet that is not there, and makes the places
# that jobs write to. It fetches nothing. What it says goes to the cluster's log group.
set -euo pipefail

say() { echo "on_init_complete: $*"; }

# Timers and services that call package mirrors by themselves: a machine with a lock on apt that never ends looks healthy and is not.
for unit in apt-daily.timer apt-daily-upgrade.timer motd-news.timer unattended-upgrades.service snapd.service snapd.socket; do
  if systemctl list-unit-files "$unit" --no-legend 2>/dev/null | grep -q .; then
    systemctl disable --now "$unit"
    systemctl mask "$unit"
    say "$unit is off"
  fi
done

# pip would try the public index for a minute and more, again and again.
cat >"${PIP_CONFIG:-/etc/pip.conf}" <<'CONF'
[global]
no-index = true
disable-pip-version-check = true
CONF
say "pip asks no index"

# The Lustre file system, where there is one: a folder for the jobs of everybody, in which each may delete only what is their own.
shared="${SHARED:-/fsx}"
if mountpoint -q "$shared"; then
  mkdir -p "$shared/jobs"
  chmod 1777 "$shared/jobs"
  say "$shared/jobs is there"
else
  say "nothing is mounted at $shared"
fi
