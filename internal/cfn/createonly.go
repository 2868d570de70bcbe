package cfn

import (
	_ "embed"
	"strings"
)

//go:embed createonly.csv
var createOnlyTable string

// createOnly are the properties by type.
var createOnly = func() map[string][]string {
	all := map[string][]string{}
	for line := range strings.Lines(createOnlyTable) {
		typ, properties, _ := strings.Cut(strings.TrimSpace(line), ",")
		all[typ] = strings.Fields(properties)
	}
	return all
}()

// CreateOnly are the properties of a type that CloudFormation sets only when it makes a resource: a change of one
// replaces the resource. The table, made from CloudFormation's resource schemas, has the types to which one stack of
// Plinth's refers in another.
func CreateOnly(typ string) []string { return createOnly[typ] }
