package supplychain

import (
	"maps"
	"slices"
)

// sdk is the resource of a call that Step Functions makes as the SDK does
// (https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html).
func (p promotion) sdk(call string) string { return p.resource("aws-sdk:" + call) }

func (p promotion) resource(integration string) string {
	return "arn:" + p.at.Partition + ":states:::" + integration
}

// build runs a project to its end, with variables from the state.
func (p promotion) build(name, next string, variables map[string]string) map[string]any {
	var all []any
	for _, variable := range slices.Sorted(maps.Keys(variables)) {
		all = append(all, map[string]any{"Name": variable, "Value.$": variables[variable], "Type": "PLAINTEXT"})
	}
	return task(p.resource("codebuild:startBuild.sync"), map[string]any{"ProjectName": name, "EnvironmentVariablesOverride": all}, next)
}

// approval asks somebody, writes down who it was, and goes on to the copy. The answer names its author; AWS CloudTrail says who
// gave it.
func (p promotion) approval(all states) {
	message := map[string]any{
		"what.$": "$.subject.what", "exactly.$": "$.subject.exactly", "from.$": "$.route.from", "to.$": "$.route.to",
		"requestedBy.$": "$.requestedBy", "execution.$": "$$.Execution.Id", "taskToken.$": "$$.Task.Token",
		"approve": `aws stepfunctions send-task-success --task-token TOKEN --task-output '{"approvedBy": "YOUR NAME"}'`,
		"refuse":  "aws stepfunctions send-task-failure --task-token TOKEN --error Refused --cause WHY",
	}
	ask := task(p.resource("sns:publish.waitForTaskToken"), map[string]any{
		"TopicArn": p.topicARN, "Subject.$": "States.Format('To approve: promotion to {}', $.route.to)", "Message": message,
	}, stateCheckApproval)
	all[stateApproval] = refusing(with(ask, "TimeoutSeconds", int(p.wait.Seconds()), "ResultPath", "$.approval"), "NotApproved")
	all[stateCheckApproval] = map[string]any{
		"Type": "Choice", "Default": "ApprovedByNobodyElse",
		"Choices": []any{choice(stateRecord, isText("$.approval.approvedBy"),
			lacks("$.approval.approvedBy", "StringEqualsPath", "$.requestedBy"))},
	}
	all[stateRecord] = refusing(with(task(p.sdk("s3:putObject"), map[string]any{
		"Bucket": p.records.Bucket.Name, "Key.$": "States.Format('" + p.records.Path + "{}/promoted-to-{}.json', $.subject.key, $.route.to)",
		"ContentType": "application/json",
		"Body": map[string]any{
			"what.$": "$.subject.what", "exactly.$": "$.subject.exactly", "from.$": "$.route.from", "to.$": "$.route.to",
			"requestedBy.$": "$.requestedBy", "approvedBy.$": "$.approval.approvedBy", "execution.$": "$$.Execution.Id", "at.$": "$$.State.EnteredTime",
		},
	}, stateKind), "ResultPath", nil), "NotRecorded")
	kind := []any{}
	if len(p.images) > 0 {
		kind = append(kind, map[string]any{"Variable": "$.image", "IsPresent": true, "Next": stateCopyImage})
	}
	next := stateCopyRequest
	if p.namespaces() {
		next += stateNamespace
	}
	if len(kind) > 0 {
		all[stateKind] = map[string]any{"Type": "Choice", "Choices": kind, "Default": next}
	} else {
		all[stateKind] = map[string]any{"Type": "Pass", "Next": next}
	}
	p.copyPackage(all)
	p.refusal(all, "NotApproved", "Nobody approved it: {}", "$.failure.Error")
	p.refusal(all, "ApprovedByNobodyElse", "The approval names nobody, or who asked for it.")
	p.refusal(all, "NotRecorded", "The record could not be written, so that nothing was copied: {}", "$.failure.Error")
	p.refusal(all, "NotCopied", "It was approved and recorded, and copying failed: {}", "$.failure.Error")
}

// endings tell how it ended. Who can't be told does not change that.
func (p promotion) endings(all states) {
	tell := func(subject string, message map[string]any, next string) map[string]any {
		told := task(p.resource("sns:publish"), map[string]any{"TopicArn": p.topicARN, "Subject": subject, "Message": message}, next)
		return with(told, "ResultPath", nil, "Catch", []any{map[string]any{"ErrorEquals": []string{"States.ALL"}, "ResultPath": nil, "Next": next}})
	}
	all[statePromoted] = tell("Promoted", map[string]any{
		"what.$": "$.subject.what", "exactly.$": "$.subject.exactly", "to.$": "$.route.to", "approvedBy.$": "$.approval.approvedBy",
	}, stateDone)
	all[stateDone] = map[string]any{"Type": "Succeed"}
	all[stateTell] = tell("Not promoted", map[string]any{
		"error.$": "$.refusal.Error", "cause.$": "$.refusal.Cause", "requestedBy.$": "$.requestedBy", "to.$": "$.to", "execution.$": "$$.Execution.Id",
	}, stateRefused)
	all[stateRefused] = map[string]any{"Type": "Fail", "ErrorPath": "$.refusal.Error", "CausePath": "$.refusal.Cause"}
}
