package training

import (
	"fmt"
	"strings"

	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/token"
)

// dialect is how an orchestrator writes what only an execution knows.
type dialect struct {
	suffix string // of a field whose value is looked up
	// folder is the execution's own in a prefix, and a path below it: one for all attempts, and for no other execution.
	folder func(in storage.Prefix, below string) any
	// model is where the trained model is.
	model any
}

// set sets a field to a value that is looked up.
func (d dialect) set(request map[string]any, field string, value any) {
	request[field+d.suffix] = value
}

// ofMachine is the dialect of a state machine.
var ofMachine = dialect{
	suffix: ".$",
	folder: func(in storage.Prefix, below string) any {
		return fmt.Sprintf("States.Format('%s{}/%s', States.Hash($$.Execution.Id, 'MD5'))", quoted(in.URI()), quoted(below))
	},
	model: "$.job.ModelArtifacts.S3ModelArtifacts",
}

// quoted is a text inside a text of an intrinsic function, where these characters mean something else
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html). Tokens have some, and stay as they are.
func quoted(text string) string {
	var b strings.Builder
	escape := strings.NewReplacer(`\`, `\\`, "'", `\'`, "{", `\{`, "}", `\}`)
	from := 0
	for _, at := range token.Pattern.FindAllStringIndex(text, -1) {
		b.WriteString(escape.Replace(text[from:at[0]]) + text[at[0]:at[1]])
		from = at[1]
	}
	return b.String() + escape.Replace(text[from:])
}

// ofPipeline is the dialect of a SageMaker pipeline that runs a job, or searches. The best job of a search is described by its name
// only, which its model lies below.
func ofPipeline(j Job, w wiring) dialect {
	d := dialect{
		folder: func(in storage.Prefix, below string) any {
			return joined(in.URI(), get("Execution.PipelineExecutionId"), "/"+below)
		},
		model: get("Steps." + stepTrain + ".ModelArtifacts.S3ModelArtifacts"),
	}
	if w.search != nil {
		d.model = joined(j.Output.URI(), get("Steps."+stepTune+".BestTrainingJob.TrainingJobName"), "/output/model.tar.gz")
	}
	return d
}
