package supplychain

import "github.com/plinth-ml/plinth/internal/names"

// imageStates find what is known of an image.
func (p promotion) imageStates(all states) {
	repository := "States.Format('" + names.Image(p.chain.Name, "{}", "{}") + "', $.image.name, $.route.from)"
	// A script asks ECR: Inspector's findings are more than Step Functions takes, however few are asked for
	// (https://github.com/boto/boto3/issues/3449).
	all[stateCheckImage] = refusing(with(p.build(names.Project(p.chain.Name, checkImageProject), stateMaterials, map[string]string{
		"REPOSITORY": repository, "DIGEST": "$.image.digest",
	}), "ResultPath", nil), "ImageRefused")
	all[stateMaterials] = refusing(with(task(p.sdk("s3:headObject"), map[string]any{
		"Bucket": p.records.Bucket.Name, "Key.$": "States.Format('" + p.records.Path + "{}/sbom.cdx.json', $.image.digest)",
	}, stateImageIs), "ResultPath", nil), "NoMaterials")
	all[stateImageIs] = map[string]any{"Type": "Pass", "ResultPath": "$.subject", "Next": stateApproval, "Parameters": map[string]any{
		"what.$": "States.Format('image {}', $.image.name)", "exactly.$": "$.image.digest", "key.$": "$.image.digest",
	}}
	p.refusal(all, "ImageRefused", "The check did not let it pass: see the log of "+names.Project(p.chain.Name, checkImageProject)+".")
	p.refusal(all, "NoMaterials", "There is no list of materials of {}: it was not made by a builder.", "$.image.digest")
	// The tag is made from the digest: one that the request brings along could say more than a tag.
	uri := p.host + "/" + names.Image(p.chain.Name, "{}", "{}")
	all[stateCopyImage] = refusing(with(p.build(names.Project(p.chain.Name, copyProject), statePromoted, map[string]string{
		"COPIES": "States.Format('" + uri + "@{} " + uri + ":{}', $.image.name, $.route.from, $.image.digest, $.image.name, $.route.to, " +
			"States.ArrayGetItem(States.StringSplit($.image.digest, ':'), 1))",
	}), "ResultPath", nil), "NotCopied")
}
