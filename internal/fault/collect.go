package fault

import (
	"bytes"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// Collector gathers the faults of an app, so that one run reports all of them. The constructor of a construct that can't
// be built then returns one of stand-ins instead of panicking.
type Collector struct {
	goroutine uint64
	mutex     sync.Mutex
	faults    []*Fault
	// app is the one that is being built; nil: it is not known. Told are others that constructs were made in.
	app  any
	told map[any]bool
}

// collecting is the collector of the app that is being built; nil: none is.
var collecting struct {
	sync.Mutex
	*Collector
}

// Collect starts gathering. The app has to be built by the goroutine that calls it.
func Collect() *Collector {
	collecting.Lock()
	defer collecting.Unlock()
	collecting.Collector = &Collector{goroutine: goroutine()}
	return collecting.Collector
}

// SetApp says which app is being built.
func (c *Collector) SetApp(app any) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.app = app
}

// Stop ends gathering.
func (c *Collector) Stop() {
	collecting.Lock()
	defer collecting.Unlock()
	collecting.Collector = nil
}

// Err is all faults gathered so far; nil: none.
func (c *Collector) Err() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.faults) == 0 {
		return nil
	}
	return faults(c.faults)
}

// Report hands a fault to the collector. It panics with the fault where nobody collects.
func Report(f *Fault) {
	c := current()
	if c == nil {
		panic(f)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.faults = append(c.faults, f)
}

// Collecting tells whether faults are gathered: a construct that can't be built then does not panic.
func Collecting() bool { return current() != nil }

// Elsewhere tells whether the calling goroutine is another one than that which builds the app.
func Elsewhere() bool {
	c := current()
	return c != nil && c.goroutine != goroutine()
}

// IsOtherApp tells of the root of a construct whether it is another app than the one that is being built. It tells so
// once for each.
func IsOtherApp(root any) bool {
	c := current()
	if c == nil {
		return false
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.app == nil || c.app == root || c.told[root] {
		return false
	}
	if c.told == nil {
		c.told = map[any]bool{}
	}
	c.told[root] = true
	return true
}

func current() *Collector {
	collecting.Lock()
	defer collecting.Unlock()
	return collecting.Collector
}

// faults is the error of several constructs.
type faults []*Fault

func (all faults) Error() string {
	texts := make([]string, len(all))
	for i, f := range all {
		texts[i] = f.Error()
	}
	return strings.Join(texts, "\n\n")
}

// Unwrap gives each of them to errors.As.
func (all faults) Unwrap() []error {
	errs := make([]error, len(all))
	for i, f := range all {
		errs[i] = f
	}
	return errs
}

// goroutine is the number of the calling goroutine, which Go tells in the first line of a stack only: "goroutine 7 [...".
func goroutine() uint64 {
	buffer := make([]byte, 64)
	fields := bytes.Fields(buffer[:runtime.Stack(buffer, false)])
	number, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0 // as for every goroutine: nothing is found then
	}
	return number
}
