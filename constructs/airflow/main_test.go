package airflow_test

import (
	"testing"

	"github.com/plinth-ml/plinth/constructs/synth"
)

func TestMain(m *testing.M) { synth.TestMain(m) }
