package supplychain

import (
	"encoding/json"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/policy"
)

// pullActions are what pulling an image takes.
var pullActions = []string{"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}

// pushActions are what pushing an image takes; a push looks first which layers are there.
var pushActions = []string{
	"ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage",
}

// keepNewest is a life-cycle policy that expires all but the newest tagged images. What has no tag is left alone:
// signatures have none (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html).
func keepNewest(n int) string {
	return lifeCycle("All but the newest", map[string]any{
		"tagStatus": "tagged", "tagPatternList": []string{"*"}, "countType": "imageCountMoreThan", "countNumber": n,
	})
}

// keepDays is a life-cycle policy that expires images some days after their push.
func keepDays(n int) string {
	return lifeCycle("Older images", map[string]any{"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": n})
}

func lifeCycle(description string, selection map[string]any) string {
	text, err := json.Marshal(map[string]any{"rules": []any{map[string]any{
		"rulePriority": 1, "description": description, "selection": selection, "action": map[string]any{"type": "expire"},
	}}})
	if err != nil {
		panic(err) // it is made of texts and numbers only
	}
	return string(text)
}

// imageRepositoryResource is a repository whose tags can't be moved, and which keeps the newest images. ECR scans what
// is pushed by its basic scanner, unless the registry's own configuration says more.
func imageRepositoryResource(name string, keyARN any, kept int, statements []policy.Statement) cfn.Resource {
	properties := cfn.Properties{
		"RepositoryName": name, "ImageTagMutability": "IMMUTABLE", "EmptyOnDelete": false,
		"EncryptionConfiguration":    cfn.Properties{"EncryptionType": "KMS", "KmsKey": keyARN},
		"ImageScanningConfiguration": cfn.Properties{"ScanOnPush": true},
		"LifecyclePolicy":            cfn.Properties{"LifecyclePolicyText": keepNewest(kept)},
	}
	if len(statements) > 0 {
		properties["RepositoryPolicyText"] = policy.Document(statements...)
	}
	return cfn.Resource{Type: "AWS::ECR::Repository", Properties: properties}.Stateful(true)
}
