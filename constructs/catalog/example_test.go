package catalog_test

import (
	"fmt"

	"github.com/plinth-ml/plinth/constructs/catalog"
)

func ExampleLookupInstanceType() {
	t, _ := catalog.LookupInstanceType("ml.g5.xlarge")
	usd, known := t.PricePerHour()
	fmt.Println(t.GPUs, "GPU, own disk:", t.HasLocalNVMe(), usd, known)
	// Output: 1 GPU, own disk: true 1.408 true
}
