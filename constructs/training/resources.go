package training

import (
	"maps"

	"github.com/plinth-ml/plinth/internal/cfn"
	"github.com/plinth-ml/plinth/internal/machine"
	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/role"
	"github.com/plinth-ml/plinth/internal/topic"
)

// resources are those of a workflow: its state machine with role, logs and traces, and the group of its models.
func resources(j Job, w wiring) cfn.Resources {
	r := cfn.Resources{
		"Logs": logGroup("workflow", w),
		"StateMachine": machine.Machine{
			Definition: definition(j, w), Role: "WorkflowRole", Log: "Logs",
		}.Resource(),
	}
	runs := runsJobs(w.at, w.namePrefix)
	if w.search != nil {
		runs = runsSearches(w.at, w.namePrefix)
	}
	roles := w.roles()
	if len(roles) > 1 {
		runs = append(runs, runsProcessing(w.at, w.namePrefix)...)
	}
	workflow := workflowRole(w.at, roles, runs)
	for _, p := range w.attached {
		workflow.Attached = append(workflow.Attached, p)
	}
	if team := w.tags["Team"]; team != "" { // a guard for teams compares it with the tag of the job
		workflow.Tags = map[string]string{"Team": team}
	}
	workflow.Statements = append(workflow.Statements, topic.Publish(w.at, w.topicARN, w.logKeyARN)...)
	if w.registration != nil {
		workflow.Statements = append(workflow.Statements, role.Registers(w.at, w.modelGroup()))
		maps.Copy(r, ownModelGroup(w))
	}
	if w.atOnce > 0 {
		r["LinePolicy"] = linePolicy()
	}
	if len(w.triggers) > 0 {
		maps.Copy(r, triggerResources(w))
	}
	maps.Copy(r, workflowWatcher(w))
	maps.Copy(r, workflow.Resources("WorkflowRole"))
	return r
}

// ownModelGroup is the group of the models where none is given.
func ownModelGroup(w wiring) cfn.Resources {
	if w.registration.Group != nil {
		return nil
	}
	return cfn.Resources{"Models": modelGroup(w.modelGroup(), w.tags, w.retain)}
}

// logGroup is that of all state machines of a construct of that kind.
func logGroup(kind string, w wiring) cfn.Resource {
	return cfn.Resource{Type: "AWS::Logs::LogGroup", Properties: cfn.Properties{
		"LogGroupName": logGroupName(kind, w.namePrefix), "KmsKeyId": w.logKeyARN, "RetentionInDays": w.logDays,
	}}.Stateful(w.retain)
}

// logGroupName ends in a part that is unique to the stack, so that a group that outlived an earlier one is not in the
// way.
func logGroupName(kind, name string) map[string]any {
	stackID := map[string]any{"Fn::Split": []any{"/", map[string]any{"Ref": "AWS::StackId"}}}
	return map[string]any{"Fn::Join": []any{"", []any{
		names.StateMachineLogs(kind, name) + "/", map[string]any{"Fn::Select": []any{2, stackID}},
	}}}
}
