package storage_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
	"github.com/plinth-ml/plinth/constructs/storage"
)

func TestSteps(t *testing.T) {
	const (
		standard   = "from day 0: Standard, 23.55 USD"
		frequent   = "from day 1: Intelligent-Tiering, frequent access, 23.55 USD"
		infrequent = "from day 31: Intelligent-Tiering, infrequent access, 12.80 USD"
		instant    = "from day 91: Intelligent-Tiering, archive instant access, 4.10 USD"
	)
	cycle := func(l storage.LifeCycle) *storage.DataBucketProps { return &storage.DataBucketProps{LifeCycle: l} }
	tests := []struct {
		name  string
		props *storage.DataBucketProps
		want  []string
	}{
		{"nothing said", nil, []string{standard, frequent, infrequent, instant}},
		{"later tiering", cycle(storage.LifeCycle{TieringDays: 10}), []string{standard,
			"from day 10: Intelligent-Tiering, frequent access, 23.55 USD", "from day 40: Intelligent-Tiering, infrequent access, 12.80 USD",
			"from day 100: Intelligent-Tiering, archive instant access, 4.10 USD"}},
		{"no tiering", cycle(storage.LifeCycle{TieringDays: storage.Never}), []string{standard}},
		{"gone before the archive", cycle(storage.LifeCycle{ExpiryDays: 60}), []string{standard, frequent, infrequent, "from day 60: gone, 0.00 USD"}},
		{"gone on the day that it would move", cycle(storage.LifeCycle{ExpiryDays: 31}), []string{standard, frequent, "from day 31: gone, 0.00 USD"}},
		{"gone after a day", cycle(storage.LifeCycle{TieringDays: storage.Never, ExpiryDays: 1}), []string{standard, "from day 1: gone, 0.00 USD"}},
		{"checkpoints", &storage.DataBucketProps{Class: storage.Checkpoints}, []string{standard, "from day 30: gone, 0.00 USD"}},
		{"checkpoints of Development", &storage.DataBucketProps{Class: storage.Checkpoints, Environment: environment.Environment{Tier: environment.Development}},
			[]string{standard, "from day 7: gone, 0.00 USD"}},
		{"logs", &storage.DataBucketProps{Class: storage.Logs, Environment: environment.Environment{LogRetentionDays: 60}},
			[]string{standard, "from day 60: gone, 0.00 USD"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			steps, known := test.props.Steps("us-east-1")
			var got []string
			for _, s := range steps {
				got = append(got, s.String())
			}
			if !known || strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("known %t, got\n%s\nwant\n%s", known, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestStepsByRegion(t *testing.T) {
	home := &storage.DataBucketProps{Environment: environment.Environment{Region: "us-east-1"}}
	tests := []struct {
		name   string
		props  *storage.DataBucketProps
		region string
		known  bool
	}{
		{"the environment's", home, "", true},
		{"the one that is asked for wins", home, "eu-west-1", false},
		{"one without a price", nil, "eu-west-1", false},
		{"none", nil, "", false},
		{"one that is decided at deployment", nil, aToken, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			steps, known := test.props.Steps(test.region)
			if known != test.known {
				t.Errorf("known is %t", known)
			}
			var days []int
			for _, s := range steps {
				days = append(days, s.FromDay)
				if !known && s.USDPerTB != 0 {
					t.Errorf("%s has a price", s)
				}
			}
			if !slices.Equal(days, []int{0, 1, 31, 91}) { // the steps themselves don't hang on the price
				t.Errorf("steps from days %v", days)
			}
		})
	}
}

const aToken = "${Token[TOKEN.7]}"
