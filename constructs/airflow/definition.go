package airflow

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/plinth-ml/plinth/internal/names"
	"github.com/plinth-ml/plinth/internal/token"
)

// Operators that MWAA Serverless knows (https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/operators.html).
const (
	startsExecution = "airflow.providers.amazon.aws.operators.step_function.StepFunctionStartExecutionOperator"
	startsTraining  = "airflow.providers.amazon.aws.operators.sagemaker.SageMakerTrainingOperator"
	waitsTraining   = "airflow.providers.amazon.aws.sensors.sagemaker.SageMakerTrainingSensor"
)

// another is a name that no run had before. A request that is sent twice has one name, and starts one job or execution.
const another = "{{ macros.uuid.uuid4().hex }}"

// presets are the schedules by name that a DAG may have, as cron expressions, which is all that MWAA Serverless takes.
var presets = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@quarterly": "0 0 1 */3 *", "@yearly": "0 0 1 1 *",
}

// definition is the DAG in the form of dag-factory, which MWAA Serverless takes, as JSON, which is YAML. It may hold CDK tokens.
//
// Nothing is tried again that may have started something; waiting is, since a task is out of time after an hour.
func (d DAG) definition() string {
	tasks := map[string]any{}
	if d.Workflow != nil {
		tasks["start"] = map[string]any{
			"operator": startsExecution, "retries": 0, "state_machine_arn": *d.Workflow.StateMachine.StateMachineArn(), "name": another,
			"state_machine_input": literal(d.Settings),
		}
	} else {
		tasks["start"] = map[string]any{
			"operator": startsTraining, "retries": 0, "config": d.config(), "wait_for_completion": false, "print_log": false,
			"check_if_job_exists": false,
		}
		tasks["wait"] = map[string]any{
			"operator": waitsTraining, "retries": maxRetries, "dependencies": []string{"start"}, "print_log": false, "poke_interval": 60,
			"job_name": "{{ ti.xcom_pull(task_ids='start')['Training']['TrainingJobName'] }}",
		}
	}
	var schedule any
	if d.Schedule != "" {
		schedule = d.Schedule
		if cron, preset := presets[d.Schedule]; preset {
			schedule = cron
		}
	}
	return unexpanded(asJSON(map[string]any{d.ID: map[string]any{"dag_id": d.ID, "schedule": schedule, "tasks": tasks}}))
}

// config is the request of the job, with all that each run has of its own.
func (d DAG) config() map[string]any {
	config, _ := literal(d.Job.Document).(map[string]any) // a map of texts, numbers and lists
	config["TrainingJobName"] = names.Run(d.Job.Name, another)
	if d.Job.Checkpoints != "" {
		config["CheckpointConfig"] = map[string]any{"S3Uri": d.Job.Checkpoints + another + "/"}
	}
	given, _ := config["HyperParameters"].(map[string]any)
	settings := map[string]any{}
	maps.Copy(settings, given)
	for _, p := range d.Job.Parameters {
		value := d.Settings[p.Name()]
		if number, isText := literal(value).(string); isText {
			settings[p.Name()] = number
		} else {
			settings[p.Name()] = asJSON(value)
		}
	}
	config["HyperParameters"] = settings
	return config
}

// literal is a value without anything that Jinja would take for a template: Airflow renders every text in it.
func literal(v any) any {
	var plain any
	text := strings.NewReplacer("{{", "{{ '{{' }}", "{%", "{{ '{%' }}", "{#", "{{ '{#' }}").Replace(asJSON(v))
	if err := json.Unmarshal([]byte(text), &plain); err != nil {
		panic(fmt.Errorf("%w in %s", err, text)) // it was JSON before
	}
	return plain
}

// unexpanded is JSON in which dag-factory finds no variable of its environment: it looks for them before it reads the file. Tokens stay.
func unexpanded(text string) string {
	var all strings.Builder
	for from := 0; from < len(text); {
		next := token.Pattern.FindStringIndex(text[from:])
		end := len(text)
		if next != nil {
			end = from + next[0]
		}
		all.WriteString(strings.ReplaceAll(text[from:end], "$", `\u0024`))
		if next == nil {
			break
		}
		all.WriteString(text[end : from+next[1]])
		from += next[1]
	}
	return all.String()
}
