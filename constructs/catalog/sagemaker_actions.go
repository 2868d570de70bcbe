package catalog

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed sagemaker_actions.csv
var sagemakerActionsCSV string

// SageMakerAction is an action of SageMaker that can be held to something by condition keys
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
type SageMakerAction struct {
	// Name is its name without the service: "CreateTrainingJob".
	Name string
	// Keys are the condition keys of its requests that say how a job runs: "sagemaker:VpcSubnets". "aws:RequestTag" stands for
	// the tags of the request.
	Keys []string
}

// Has tells whether the requests of the action have a condition key.
func (a SageMakerAction) Has(key string) bool { return slices.Contains(a.Keys, key) }

var sagemakerActions = sync.OnceValue(func() []SageMakerAction {
	var all []SageMakerAction
	for _, r := range parse("sagemaker_actions.csv", sagemakerActionsCSV) {
		all = append(all, SageMakerAction{Name: r["action"], Keys: strings.Fields(r["keys"])})
	}
	return all
})

// SageMakerActions lists the actions, sorted by name.
func SageMakerActions() []SageMakerAction { return slices.Clone(sagemakerActions()) }
