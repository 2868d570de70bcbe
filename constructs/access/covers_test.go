package access

import (
	"testing"

	"github.com/plinth-ml/plinth/constructs/network"
	"github.com/plinth-ml/plinth/constructs/storage"
	"github.com/plinth-ml/plinth/internal/problem"
)

func TestWhatARoleCovers(t *testing.T) {
	data, other := &storage.DataBucket{Name: "data"}, &storage.DataBucket{Name: "other"}
	role := &ExecutionRole{given: &ExecutionRoleProps{
		Reads: []storage.Prefix{data.Prefix("train/")}, Writes: []storage.Prefix{data.Prefix("models/")},
		Checkpoints: []storage.Prefix{data.Prefix("checkpoints/")},
	}}
	one := func(p storage.Prefix) []storage.Prefix { return []storage.Prefix{p} }
	for _, test := range []struct {
		name  string
		role  *ExecutionRole
		needs ExecutionRoleProps
		want  string
	}{
		{"what it was given", role, *role.given, ""},
		{"a part of it", role, ExecutionRoleProps{Reads: one(data.Prefix("train/2026/")), Checkpoints: one(data.Prefix("checkpoints/a/"))}, ""},
		{"checkpoints are read and written too", role, ExecutionRoleProps{Reads: one(data.Prefix("checkpoints/")), Writes: one(data.Prefix("checkpoints/"))}, ""},
		{"a path that is a token", role, ExecutionRoleProps{Reads: one(data.Prefix("${Token[TOKEN.7]}"))}, ""},
		{"a role made elsewhere", &ExecutionRole{}, ExecutionRoleProps{Reads: one(other.Prefix(""))}, ""},
		{"no role", nil, ExecutionRoleProps{Reads: one(other.Prefix(""))}, ""},
		{"no bucket, which is said elsewhere", role, ExecutionRoleProps{Reads: one(storage.Prefix{})}, ""},
		{"another prefix", role, ExecutionRoleProps{Reads: one(data.Prefix("models/"))},
			`Reads[0]: got "s3://data/models/"; allowed: a prefix that the role was given; add it to the role's Reads, or leave the role out: ` +
				`one is made with exactly what the job needs`},
		{"another bucket", role, ExecutionRoleProps{Writes: one(other.Prefix("models/"))}, `Writes[0]: got "s3://other/models/"`},
		{"the whole bucket", role, ExecutionRoleProps{Reads: one(data.Prefix(""))}, `Reads[0]: got "s3://data/"`},
		{"jobs of another kind", role, ExecutionRoleProps{Jobs: ProcessingJobs}, `Jobs: got TrainingJobs; allowed: ProcessingJobs: it writes to their logs`},
		{"a network", role, ExecutionRoleProps{Network: &network.Isolated{}}, `Network: got nothing; allowed: the network that the job runs in`},
		{"what it may write only", role, ExecutionRoleProps{Checkpoints: one(data.Prefix("models/"))}, `Checkpoints[0]: got "s3://data/models/"`},
	} {
		err := test.role.Covers(test.needs)
		if got := problem.All(err); (len(got) > 0) != (test.want != "") || len(got) > 0 && got[0].Error()[:len(test.want)] != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}
