package names

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed kinds.csv
var kindsCSV string

// Within is where a name is unique, in words.
type Within string

// Where names are unique.
const (
	// Region is a region of an account.
	Region Within = "its account and region"
	// Account is an account, across regions.
	Account Within = "its account, whatever the region"
	// Domain is a CodeArtifact domain, which is made together with all that is in it.
	Domain Within = "its domain"
)

// Kind is a kind of name, as AWS takes it.
type Kind struct {
	// Name is what has the name: "SageMaker pipeline".
	Name string
	// Type is CloudFormation's of what has the name, and Property where it stands there. No type: it is made at run
	// time only. No property: there is one of it, which has no name.
	Type, Property string
	// Max is the most characters that it may have, Pattern what it may consist of, and Words both in words.
	Max     int
	Pattern *regexp.Regexp
	Words   string
	// Within is where it is unique.
	Within Within
	// Folds tells that AWS does not tell it apart by case.
	Folds bool
	// Fix says what to do when two have the same.
	Fix string
}

// Kinds of names that are asked for by name.
const (
	TrainingJob        = "training job"
	TuningJob          = "hyperparameter tuning job"
	Pipeline           = "SageMaker pipeline"
	ModelPackageGroup  = "model package group"
	Cluster            = "HyperPod cluster"
	AirflowEnvironment = "MWAA environment"
	IAMRole            = "role"
	BackupVault        = "backup vault"
	LogGroup           = "log group"
	CacheRule          = "pull-through cache rule"
)

// places are as the table writes them.
var places = map[string]Within{"region": Region, "account": Account, "domain": Domain}

var kinds = sync.OnceValue(func() []Kind {
	lines, err := csv.NewReader(strings.NewReader(kindsCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("names: kinds.csv: %v", err)) // the table is compiled in
	}
	var all []Kind
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, column := range lines[0] {
			row[column] = line[i]
		}
		k := Kind{
			Name: row["kind"], Type: row["type"], Property: row["property"], Fix: row["fix"],
			Within: places[row["within"]], Folds: row["case"] == "folds",
			Pattern: regexp.MustCompile("^(?:" + row["pattern"] + ")$"), Words: row["allowed"],
		}
		k.Max, _ = strconv.Atoi(row["max"]) // 0 where there is no name
		all = append(all, k)
	}
	return all
})

// Lookup finds a kind by its name, which is one of the table's.
func Lookup(name string) Kind {
	for _, k := range kinds() {
		if k.Name == name {
			return k
		}
	}
	panic("names: no kind is called " + name)
}

// OfType finds the kind of the names of resources of a type of CloudFormation's, and tells whether they have any.
func OfType(t string) (Kind, bool) {
	for _, k := range kinds() {
		if k.Type == t && t != "" {
			return k, true
		}
	}
	return Kind{}, false
}

// Types are CloudFormation's types of what has names, and of what an account has one of in a region.
func Types() []string {
	var all []string
	for _, k := range kinds() {
		if k.Type != "" {
			all = append(all, k.Type)
		}
	}
	return all
}

// Room is the most characters that a name may have for AWS to take what is made of it.
type Room struct {
	Most int
	// Kind is that of what is made.
	Kind string
}

// RoomFor is the room that a kind leaves to a name, by what is made of an empty one.
func RoomFor(kind, ofEmpty string) Room { return Room{Lookup(kind).Max - len(ofEmpty), kind} }

// Allowed says what a name of the kind may be when this is none; it is empty when it is one.
func (k Kind) Allowed(name string) string {
	switch {
	case k.Max == 0 || len(name) <= k.Max && k.Pattern.MatchString(name):
		return ""
	case len(name) > k.Max:
		return fmt.Sprintf("at most %d characters", k.Max)
	default:
		return k.Words
	}
}
