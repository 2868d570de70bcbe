package supplychain

import "github.com/plinth-ml/plinth/internal/names"

// imageStates find what is known of an image.
func (p promotion) imageStates(all states) {
	const counts = "$.scan.ImageScanFindings.FindingSeverityCounts."
	repository := "States.Format('" + names.Image(p.chain.Name, "{}", "{}") + "', $.image.name, $.route.from)"
	all[stateFindings] = refusing(with(task(p.sdk("ecr:describeImageScanFindings"), map[string]any{
		"RepositoryName.$": repository, "ImageId": map[string]any{"ImageDigest.$": "$.image.digest"}, "MaxResults": 1,
	}, stateCheckFindings), "ResultPath", "$.scan"), "ImageNotScanned")
	choices := []any{map[string]any{
		"Not": oneOf("$.scan.ImageScanStatus.Status", []string{"COMPLETE", "ACTIVE"}), "Next": "ImageNotScanned",
	}}
	for _, severity := range p.failsAt.andAbove() {
		choices = append(choices, choice("ImageRefused", rule(counts+severity, "IsPresent", true), rule(counts+severity, "NumericGreaterThan", 0)))
	}
	all[stateCheckFindings] = map[string]any{"Type": "Choice", "Choices": choices, "Default": stateMaterials}
	all[stateMaterials] = refusing(with(task(p.sdk("s3:headObject"), map[string]any{
		"Bucket": p.records.Bucket.Name, "Key.$": "States.Format('" + p.records.Path + "{}/sbom.cdx.json', $.image.digest)",
	}, stateImageIs), "ResultPath", nil), "NoMaterials")
	all[stateImageIs] = map[string]any{"Type": "Pass", "ResultPath": "$.subject", "Next": stateApproval, "Parameters": map[string]any{
		"what.$": "States.Format('image {}', $.image.name)", "exactly.$": "$.image.digest", "key.$": "$.image.digest",
	}}
	p.refusal(all, "ImageNotScanned", "ECR has no whole scan of {} in {}.", "$.image.digest", "$.route.from")
	p.refusal(all, "ImageRefused", "Scanning {} found something too grave.", "$.image.digest")
	p.refusal(all, "NoMaterials", "There is no list of materials of {}: it was not made by a builder.", "$.image.digest")
	// The tag is made from the digest: one that the request brings along could say more than a tag.
	uri := p.host + "/" + names.Image(p.chain.Name, "{}", "{}")
	all[stateCopyImage] = refusing(with(p.build(names.Project(p.chain.Name, copyProject), statePromoted, map[string]string{
		"COPIES": "States.Format('" + uri + "@{} " + uri + ":{}', $.image.name, $.route.from, $.image.digest, $.image.name, $.route.to, " +
			"States.ArrayGetItem(States.StringSplit($.image.digest, ':'), 1))",
	}), "ResultPath", nil), "NotCopied")
}
