# Defines what the scripts that follow ask ECR of a scan.

# scan waits until the scan of an image is complete, and sets findings to what is too grave of it: repository, digest. ECR says ACTIVE, and even
# COMPLETE, before anything was found (https://github.com/aws/aws-sdk/issues/289), so that a missing count is zero only in the
# second of two answers in a row that have the time of a completed scan.
scan() {
  local query severity status completed counts count complete=0
  query=imageScanStatus.status,imageScanFindings.imageScanCompletedAt
  for severity in $FAILS_AT; do query=$query,imageScanFindings.findingSeverityCounts.$severity; done
  for _ in $(seq "$SCAN_ATTEMPTS"); do
    read -r status completed counts <<<"$(aws ecr describe-image-scan-findings --no-paginate --repository-name "$1" --image-id "imageDigest=$2" --output text --query "[$query]" || true)"
    case $status in
      ACTIVE | COMPLETE) if [ "${completed:-None}" = None ]; then complete=0; else complete=$((complete + 1)); fi ;;
      '' | None | PENDING | IN_PROGRESS | FINDINGS_UNAVAILABLE) complete=0 ;;
      IMAGE_ARCHIVED) fail "$2 is archived: restore it with aws ecr update-image-storage-class" ;;
      IMAGE_SIZE_EXCEEDED) fail "$2 is larger than Inspector scans: make it smaller" ;;
      SCAN_ELIGIBILITY_EXPIRED) fail "Inspector has stopped looking at $2: make its re-scan duration longer and push the image again" ;;
      UNSUPPORTED_IMAGE) fail "Inspector can't scan the operating system or the media type of $2" ;;
      *) fail "$2 can't be scanned: $status" ;;
    esac
    [ "$complete" -lt 2 ] || break
    sleep "$PAUSE"
  done
  [ "$complete" = 2 ] || fail "the scan of $2 is not complete yet: ${status:-no answer}"
  findings=
  for severity in $FAILS_AT; do
    read -r count counts <<<"$counts"
    [[ $count =~ ^([0-9]+|None)$ ]] || fail "the scan of $2 has no count of $severity: $count"
    [ "$count" = None ] || [ "$count" = 0 ] || findings="$findings$severity $count "
  done
}
