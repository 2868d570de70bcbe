// Package machine writes Step Functions state machines. It is pure Go.
package machine

import (
	"encoding/json"

	"github.com/plinth-ml/plinth/internal/cfn"
)

// Machine is a state machine.
type Machine struct {
	// Definition is its document, in which ${NAME} stands for the resources of References.
	Definition map[string]any
	References []string
	// Role and Log are the names of its role and log group.
	Role, Log string
	// Secret keeps what states are given out of the log.
	Secret bool
}

// Resource is the state machine in CloudFormation's form: logged and traced.
func (m Machine) Resource() cfn.Resource {
	text, err := json.Marshal(m.Definition)
	if err != nil {
		panic(err) // it is made of texts, numbers and lists only
	}
	return cfn.Resource{Type: "AWS::StepFunctions::StateMachine", Properties: cfn.Properties{
		"RoleArn": cfn.Att(m.Role, "Arn"), "DefinitionString": cfn.Text(string(text), m.References...),
		"LoggingConfiguration": cfn.Properties{
			"Level": "ALL", "IncludeExecutionData": !m.Secret,
			"Destinations": []any{cfn.Properties{"CloudWatchLogsLogGroup": cfn.Properties{"LogGroupArn": cfn.Att(m.Log, "Arn")}}},
		},
		"TracingConfiguration": cfn.Properties{"Enabled": true},
	}}
}
