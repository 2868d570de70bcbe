// Command platform is Plinth's reference app: dev, staging and prod, each with everything that training needs.
package main

import (
	"github.com/plinth-ml/plinth/apps/platform/stacks"
	"github.com/plinth-ml/plinth/constructs/synth"
)

func main() { synth.Main(stacks.Build) }
