# Waits for the scan of one image, and fails on what it found that is too grave.
set -euo pipefail

fail() {
  echo "Refused: $1" >&2
  exit 1
}

[[ $DIGEST =~ ^sha256:[0-9a-f]{64}$ ]] || fail "$DIGEST is no digest"
state=$(aws ecr describe-images --repository-name "$REPOSITORY" --image-ids "imageDigest=$DIGEST" --query 'imageDetails[0].imageStatus' --output text || true)
case $state in
  ACTIVE | None) ;;
  ACTIVATING) fail "$DIGEST is being restored: ask again when it is there" ;;
  *) fail "$REPOSITORY has no active image $DIGEST: what is archived is restored with aws ecr update-image-storage-class" ;;
esac
scan "$REPOSITORY" "$DIGEST"
[ -z "$findings" ] || fail "scanning found ${findings}in $DIGEST"
echo "Scanning found nothing too grave in $DIGEST"
