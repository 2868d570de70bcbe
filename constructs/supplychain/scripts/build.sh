# Builds an image from a Dockerfile and a lock file, keeps its list of materials, pushes it, and fails on what scanning finds.
set -euo pipefail

fail() {
  echo "Not built: $1" >&2
  exit 1
}

# The lock names one version of every package, with its hashes, and no index of its own.
[ -f Dockerfile ] || fail "the source has no Dockerfile"
[ -f requirements.txt ] || fail "the source has no requirements.txt: write one with hashes, for example with pip-compile --generate-hashes"
! LC_ALL=C grep -q $'[^\t -~]' requirements.txt || fail "requirements.txt has other characters than those of ASCII"
! grep -Eq '^[[:space:]]*#.*\\$' requirements.txt || fail "a comment of requirements.txt ends with a backslash"
lock=$(sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' -e 's/[[:space:]]#.*//' -e 's/^#.*//' requirements.txt | grep -v '^[[:space:]]*$' || true)
[ -n "$lock" ] || fail "requirements.txt is empty"
loose=$(grep -Ev '^[A-Za-z0-9._-]+(\[[A-Za-z0-9,._-]+\])?==[^[:space:]*]+([[:space:]]*;[^#]*)?([[:space:]]+--hash=sha256:[0-9a-f]{64})+[[:space:]]*$' <<<"$lock" || true)
[ -z "$loose" ] || fail "these lines of requirements.txt have no single version with sha256 hashes: $loose"

work=$(mktemp -d)
umask 077

# CodeBuild runs no entry point of an image that is not its own, so that nothing has started Docker
# (https://docs.aws.amazon.com/codebuild/latest/userguide/sample-docker-custom-image.html). It gets the classic store of images: what the other
# one pushes has an OCI manifest, which SageMaker does not take (https://docs.docker.com/engine/storage/containerd/).
echo '{"features": {"containerd-snapshotter": false}}' >"$work/daemon.json"
dockerd --config-file "$work/daemon.json" >"$work/dockerd.log" 2>&1 &
daemon=$!
trap 'kill "$daemon" 2>/dev/null && wait "$daemon" || true; rm -rf "$work"' EXIT
up=
for _ in $(seq "$ATTEMPTS"); do
  if docker info >/dev/null 2>&1; then
    up=yes
    break
  fi
  kill -0 "$daemon" 2>/dev/null || break
  sleep 1
done
if [ -z "$up" ]; then
  tail -n 20 "$work/dockerd.log" >&2
  fail "dockerd does not start"
fi

# The token reaches the build as a secret, which no layer keeps.
token=$(aws codeartifact get-authorization-token --domain "$DOMAIN" --domain-owner "$DOMAIN_OWNER" --query authorizationToken --output text)
printf '[global]\nindex-url = https://aws:%s@%s-%s.d.codeartifact.%s.amazonaws.com/pypi/%s/simple/\n[install]\nrequire-hashes = true\nonly-binary = :all:\n' \
  "$token" "$DOMAIN" "$DOMAIN_OWNER" "$AWS_REGION" "$PACKAGES" >"$work/pip.conf"

for registry in $REGISTRIES; do
  aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
done

tag=${CODEBUILD_BUILD_ID##*:}
image=$TARGET:$tag
# SageMaker takes no index of attestations: the list of materials is kept beside the image.
docker build --provenance=false --sbom=false --secret "id=pip,src=$work/pip.conf" --build-arg "BASE=$BASE" --tag "$image" .
syft scan "docker:$image" --output "cyclonedx-json=$work/sbom.cdx.json"
docker push "$image"

pushed() { aws ecr describe-images --repository-name "$REPOSITORY" --image-ids "imageTag=$tag" --query "imageDetails[0].$1" --output text; }
digest=$(pushed imageDigest)
type=$(pushed imageManifestMediaType)
[ "$type" = application/vnd.docker.distribution.manifest.v2+json ] || fail "SageMaker takes no image of type $type"

scan "$REPOSITORY" "$digest"

cat >"$work/build.json" <<EOF
{"image": "$TARGET@$digest", "base": "$BASE", "build": "$CODEBUILD_BUILD_ID", "startedBy": "${CODEBUILD_INITIATOR:-}",
 "source": "${CODEBUILD_SOURCE_VERSION:-}", "lock": "sha256:$(sha256sum requirements.txt | cut -d' ' -f1)", "findings": "$findings"}
EOF
aws s3 cp "$work/sbom.cdx.json" "$RECORDS$digest/sbom.cdx.json"
aws s3 cp "$work/build.json" "$RECORDS$digest/build.json"
[ -z "$findings" ] || fail "scanning found ${findings}in $TARGET@$digest"

signed=
for _ in $(seq "$ATTEMPTS"); do
  signed=$(aws ecr describe-image-signing-status --repository-name "$REPOSITORY" --image-id "imageDigest=$digest" --output text \
    --query 'signingStatuses[].status' | tr '\t' '\n' | sort -u || true) # one for each signature
  case $signed in
    COMPLETE) break ;;
    *FAILED*) fail "the image can't be signed" ;;
  esac
  sleep "$PAUSE"
done
[ "$signed" = COMPLETE ] || fail "the image is not signed"

echo "$TARGET@$digest" >"$IMAGE_FILE"
echo "Built, scanned and signed: $TARGET@$digest"
