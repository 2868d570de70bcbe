# Asks Amazon Inspector what is known of one package version, keeps the answer, and fails on what is too grave.
set -euo pipefail

fail() {
  echo "Refused: $1" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $FORMAT in
  ruby) type=gem ;;
  *) type=$FORMAT ;;
esac
namespace=${NAMESPACE:+$NAMESPACE/}
[ "$FORMAT" != npm ] || namespace=${namespace:+%40$namespace}
purl=pkg:$type/$namespace$PACKAGE@${VERSION//+/%2B}

jq -n --arg name "$PACKAGE" --arg version "$VERSION" --arg purl "$purl" \
  '{bomFormat: "CycloneDX", specVersion: "1.5", components: [{type: "library", name: $name, version: $version, purl: $purl}]}' >"$work/sbom.json"
aws inspector-scan scan-sbom --sbom "file://$work/sbom.json" --output-format CYCLONE_DX_1_5 --output json >"$work/scan.json"
aws s3 cp "$work/scan.json" "${RECORDS}packages/$FORMAT/$NAMESPACE/$PACKAGE/$VERSION/$REVISION/scan.json"

skipped=$(jq -r '[.sbom.components[]?.properties[]? | select(.name == "amazon:inspector:sbom_scanner:warning") | .value] | join("; ")' "$work/scan.json")
[ -z "$skipped" ] || fail "$purl was not looked at: $skipped"
count() { jq -r --arg name "amazon:inspector:sbom_scanner:$1" '[.sbom.metadata.properties[]? | select(.name == $name) | .value][0] // empty' "$work/scan.json"; }
found=
for severity in $FAILS_AT; do
  n=$(count "$(tr '[:upper:]' '[:lower:]' <<<"$severity")_vulnerabilities")
  [ -n "$n" ] || fail "the answer for $purl has no count of $severity"
  [ "$n" = 0 ] || found="$found$severity $n "
done
n=$(count malicious_packages)
[ -z "$n" ] || [ "$n" = 0 ] || found="${found}malicious "
[ -z "$found" ] || fail "$purl has ${found}vulnerabilities"
echo "Nothing too grave is known of $purl"
