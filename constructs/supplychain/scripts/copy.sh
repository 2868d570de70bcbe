# Copies images from one repository to another, by digest. COPIES has one a line: source@digest target:tag.
set -euo pipefail

fail() {
  echo "Not copied: $1" >&2
  exit 1
}

for registry in $REGISTRIES; do
  aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
done

digest_of() { # target:tag; empty where there is no such image
  local repository=${1#*/}
  aws ecr describe-images --repository-name "${repository%:*}" --image-ids "imageTag=${1##*:}" --query 'imageDetails[0].imageDigest' --output text 2>/dev/null || true
}

# signed tells whether an image has signatures, and all of them are whole: target without a tag, digest.
signed() {
  local all
  all=$(aws ecr describe-image-signing-status --repository-name "${1#*/}" --image-id "imageDigest=$2" --query 'signingStatuses[].status' --output text)
  [ -n "$all" ] && ! tr '\t' '\n' <<<"$all" | grep -qvx COMPLETE
}

while read -r source target <&3; do
  [ -n "$source" ] || continue
  digest=${source##*@}
  [ -z "${SIGNED:-}" ] || signed "${source%@*}" "$digest" || fail "$source is not signed"
  there=$(digest_of "$target")
  if [ -z "$there" ]; then
    docker buildx imagetools create --prefer-index=false --tag "$target" "$source"
    there=$(digest_of "$target")
  fi
  # Its tag can't be moved, so that another image under it is a mistake, and a copy that differs is no copy.
  [ "$there" = "$digest" ] || fail "$target is $there and not $digest"
  echo "Copied: $target $digest"
  [ -n "${SIGNED:-}" ] || continue
  for _ in $(seq "$ATTEMPTS"); do
    ! signed "${target%:*}" "$digest" || continue 2
    sleep "$PAUSE"
  done
  fail "$target is not signed"
done 3<<<"$COPIES" # apart from the input of what runs in the loop
