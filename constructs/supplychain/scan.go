package supplychain

import (
	_ "embed"

	"github.com/plinth-ml/plinth/internal/policy"
)

//go:embed scripts/scan.sh
var scanScript string

// scanVariables are those of scanScript: it waits half an hour for a scan.
func scanVariables(failsAt string) map[string]string {
	return map[string]string{"FAILS_AT": failsAt, "SCAN_ATTEMPTS": "180", "PAUSE": "10"}
}

// findingsStatements let what scanning found be seen. With enhanced scanning ECR asks Inspector in the name of who asks
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-iam.html).
func findingsStatements(repositories []string) []policy.Statement {
	return []policy.Statement{
		{Effect: policy.Allow, Actions: []string{"ecr:DescribeImageScanFindings"}, Resources: repositories},
		{Effect: policy.Allow, Actions: []string{"inspector2:ListFindings", "inspector2:ListCoverage"}, Resources: []string{"*"},
			Why: "Inspector's findings know no resource"},
	}
}
