package storage

import (
	"testing"

	"github.com/plinth-ml/plinth/constructs/environment"
)

const (
	production  = environment.Production
	staging     = environment.Staging
	development = environment.Development
)

// The table of the package's documentation: days until tiering, expiry, the end of old versions and of uploads.
func TestDefaultLifeCycles(t *testing.T) {
	tests := []struct {
		class Class
		tier  environment.Tier
		want  LifeCycle
	}{
		{Datasets, production, LifeCycle{1, Never, 90, 7}},
		{Datasets, staging, LifeCycle{1, Never, 30, 7}},
		{Datasets, development, LifeCycle{1, Never, 7, 7}},
		{Features, production, LifeCycle{30, Never, 90, 7}},
		{Features, staging, LifeCycle{30, Never, 30, 7}},
		{Features, development, LifeCycle{30, Never, 7, 7}},
		{Models, production, LifeCycle{30, Never, 365, 7}},
		{Models, staging, LifeCycle{30, Never, 90, 7}},
		{Models, development, LifeCycle{30, Never, 7, 7}},
		{Checkpoints, production, LifeCycle{Never, 30, 1, 7}},
		{Checkpoints, staging, LifeCycle{Never, 14, 1, 7}},
		{Checkpoints, development, LifeCycle{Never, 7, 1, 7}},
		{Logs, production, LifeCycle{Never, 365, 30, 7}},
		{Logs, staging, LifeCycle{Never, 90, 14, 7}},
		{Logs, development, LifeCycle{Never, 30, 7, 7}},
	}
	for _, test := range tests {
		t.Run(test.class.String()+" in "+test.tier.String(), func(t *testing.T) {
			got := LifeCycle{}.resolved(test.class, environment.Environment{Tier: test.tier})
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if err := got.validate(); err != nil {
				t.Errorf("a default is refused: %v", err)
			}
		})
	}
}

func TestLifeCyclesChangeByField(t *testing.T) {
	tests := []struct {
		name  string
		class Class
		days  int // of LogRetentionDays
		given LifeCycle
		want  LifeCycle
	}{
		{"tiering", Datasets, 0, LifeCycle{TieringDays: 5}, LifeCycle{5, Never, 90, 7}},
		{"expiry", Datasets, 0, LifeCycle{ExpiryDays: 100}, LifeCycle{1, 100, 90, 7}},
		{"old versions", Datasets, 0, LifeCycle{OldVersionDays: 3}, LifeCycle{1, Never, 3, 7}},
		{"uploads", Datasets, 0, LifeCycle{UploadDays: 2}, LifeCycle{1, Never, 90, 2}},
		{"never is not nothing said", Checkpoints, 0, LifeCycle{ExpiryDays: Never, OldVersionDays: Never}, LifeCycle{Never, Never, Never, 7}},
		{"logs as long as the environment says", Logs, 60, LifeCycle{}, LifeCycle{Never, 60, 30, 7}},
		{"logs as long as the bucket says", Logs, 60, LifeCycle{ExpiryDays: 10}, LifeCycle{Never, 10, 30, 7}},
		{"the environment's logs say nothing of data", Datasets, 60, LifeCycle{}, LifeCycle{1, Never, 90, 7}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.given.resolved(test.class, environment.Environment{LogRetentionDays: test.days}); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestLifeCycleRules(t *testing.T) {
	const (
		uploads = `{"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":4},"Id":"Uploads","Status":"Enabled"}`
		tiering = `{"Id":"Tiering","Status":"Enabled","Transitions":[{"StorageClass":"INTELLIGENT_TIERING","TransitionInDays":1}]}`
		expiry  = `{"ExpirationInDays":2,"Id":"Expiry","Status":"Enabled"}`
	)
	tests := []struct {
		name  string
		given LifeCycle
		want  string
	}{
		{"uploads end always", LifeCycle{Never, Never, Never, 4}, `[` + uploads + `]`},
		{"tiering", LifeCycle{1, Never, Never, 4}, `[` + uploads + `,` + tiering + `]`},
		{"expiry", LifeCycle{Never, 2, Never, 4}, `[` + uploads + `,` + expiry + `]`},
		{"expiry after a day", LifeCycle{Never, 1, Never, 4}, `[` + uploads + `,{"ExpirationInDays":1,"Id":"Expiry","Status":"Enabled"}]`},
		{"old versions, and the markers that stay alone", LifeCycle{Never, Never, 1, 4}, `[` + uploads +
			`,{"ExpiredObjectDeleteMarker":true,"Id":"OldVersions","NoncurrentVersionExpiration":{"NoncurrentDays":1},"Status":"Enabled"}]`},
		// S3 refuses days and ExpiredObjectDeleteMarker in one life cycle.
		{"everything, and no word of markers", LifeCycle{1, 2, 3, 4}, `[` + uploads + `,` + tiering + `,` + expiry +
			`,{"Id":"OldVersions","NoncurrentVersionExpiration":{"NoncurrentDays":3},"Status":"Enabled"}]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { same(t, test.given.rules(), test.want) })
	}
}
