package main

import (
	"fmt"
	"io"

	"github.com/plinth-ml/plinth/constructs/catalog"
	"github.com/plinth-ml/plinth/internal/assembly"
)

// airflowOf are the classes of the Airflow environments of a stack.
func airflowOf(s assembly.Stack) []string {
	var all []string
	for _, id := range s.Template.OfType("AWS::MWAA::Environment") {
		class, _ := s.Template.Resources[id].Properties["EnvironmentClass"].(string)
		all = append(all, class)
	}
	return all
}

// serverlessOf is how many workflows of MWAA Serverless a stack has.
func serverlessOf(s assembly.Stack) int {
	return len(s.Template.OfType("AWS::MWAAServerless::Workflow"))
}

// airflowPrice is what the Airflow environments of a stack cost in a month, without further workers. No price of MWAA is verified.
func airflowPrice(s assembly.Stack) string {
	all := airflowOf(s)
	switch {
	case len(all) == 0 && serverlessOf(s) > 0:
		return "by the task"
	case len(all) == 0:
		return "-"
	}
	sum := 0.0
	for _, class := range all {
		hour, known := catalog.Price(catalog.AirflowHour(class), regionOf(s))
		if !known {
			return "unknown"
		}
		sum += hour * catalog.HoursPerMonth
	}
	return fmt.Sprintf("%.2f, unverified", sum)
}

// writeAirflow says what is billed.
func writeAirflow(w io.Writer, stacks []assembly.Stack) {
	for _, s := range stacks {
		for _, class := range airflowOf(s) {
			fmt.Fprintf(w, "\nAirflow of %s, %s, is billed by the hour, whether or not anything runs. See docs/airflow.md.\n", s.Path, class)
		}
		if n := serverlessOf(s); n > 0 {
			fmt.Fprintf(w, "\nDAGs of %s, %d, run on MWAA Serverless, billed by the time of their tasks only. See docs/airflow.md.\n", s.Path, n)
		}
	}
}
