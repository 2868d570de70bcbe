// Command step is what the Dockerfile of the test runs: it keeps the size of a secret that it is given, not the secret.
package main

import (
	"fmt"
	"os"
)

func main() {
	secret, err := os.ReadFile("/etc/pip.conf")
	if err == nil {
		err = os.WriteFile("/made", fmt.Append(nil, len(secret)), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
