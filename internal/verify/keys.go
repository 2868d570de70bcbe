package verify

import (
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/internal/assembly"
	"github.com/plinth-ml/plinth/internal/cfn"
)

// locked finds log groups of Plinth's with a key of the app that does not let CloudWatch Logs use it, which refuses such a group
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html). Services that use a key for whoever calls
// them need no statement.
func locked(a *app) []assembly.Finding {
	var all []assembly.Finding
	told := map[string]bool{}
	for _, group := range a.of("AWS::Logs::LogGroup") {
		construct, ours := emitted(group.Path())
		key, known := a.target(group.stack, group.Properties["KmsKeyId"])
		if !ours || !known || key.Type != "AWS::KMS::Key" || told[key.Path()] || letsLogs(statements(key.Properties["KeyPolicy"])) {
			continue
		}
		told[key.Path()] = true
		all = append(all, assembly.Finding{
			Path:        key.Path(),
			Description: fmt.Sprintf("the policy of this key does not let CloudWatch Logs encrypt log groups of %s", construct),
			Fix: `add kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey* and kms:Describe* for logs.REGION.amazonaws.com by the key's ` +
				"AddToResourcePolicy, or leave LogKey out",
		})
	}
	return all
}

// letsLogs tells whether a statement of a key's policy lets CloudWatch Logs use it, in some region.
func letsLogs(all []statement) bool {
	for _, s := range all {
		for _, p := range append(s.principals("Service"), s.principals("AWS")...) {
			who := cfn.Show(p)
			if s.allows() && s.does("kms:GenerateDataKey") && (who == "*" || strings.HasPrefix(who, "logs.")) {
				return true
			}
		}
	}
	return false
}
