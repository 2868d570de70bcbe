#!/bin/bash
# Runs on each machine of a cluster with EKS before it becomes a node: puts the data of containerd and of the kubelet, which are images and
# what pods write, on the volume at /opt/sagemaker, since the machine's first volume is small. It fetches nothing, and does nothing a
# second time.
set -euo pipefail

volume="${VOLUME:-/opt/sagemaker}"
data="${DATA:-/var/lib}"
log="${LOG:-/var/log/provision/provisioning.log}"

mkdir -p "$(dirname "$log")"
exec > >(tee -a "$log") 2>&1
say() { echo "on_create: $*"; }

# A machine that fails is taken away: its log needs the time to be sent.
finish() {
  status=$?
  [ "$status" = 0 ] || { say "failed with status $status"; sleep 60; }
}
trap finish EXIT

# The volume is mounted at about the time that this runs.
for _ in {1..24}; do
  ! mountpoint -q "$volume" || break
  sleep 5
done
mountpoint -q "$volume" || { say "nothing is mounted at $volume: the group's volume is missing"; exit 1; }

folders=()
for folder in containerd kubelet; do
  # A link is an image's own choice, or this script's of before: what it leads to is left where it is.
  if [ -L "$data/$folder" ] && [ -d "$data/$folder" ]; then
    say "$data/$folder leads to $(readlink -f "$data/$folder") already"
  else
    folders+=("$folder")
  fi
done
[ "${#folders[@]}" -gt 0 ] || exit 0

# move puts a folder on the volume and leaves a link. What an earlier image of the machine left there would not fit this one.
move() {
  local from="$data/$1" to="$volume/$1"
  if [ -d "$from" ]; then
    rm -rf "$to"
    cp -ax "$from" "$to"
    rm -rf "$from.moved"
    mv "$from" "$from.moved"
  fi
  mkdir -p "$to"
  ln -sfn "$to" "$from" # in place of a link to a volume that is no more
  rm -rf "$from.moved"
  say "$from is on $volume now"
}

# Neither may write while it is moved; what did not run is not started.
running=()
for unit in kubelet containerd; do
  if systemctl is-active --quiet "$unit"; then
    systemctl stop "$unit"
    running=("$unit" "${running[@]}")
  fi
done
for folder in "${folders[@]}"; do move "$folder"; done
for unit in "${running[@]}"; do
  systemctl start "$unit"
  say "$unit runs again"
done
