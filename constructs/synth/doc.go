// Package synth runs a CDK app written in Go as its user expects: with the context of cdk.json whether the CLI started
// it or go run did, and with one clear message and exit status 1 when something is wrong. It deletes nothing but its own
// temporary folders, and replaces nothing but an earlier assembly: see [App].
//
//	func main() {
//		synth.Main(func(app awscdk.App) {
//			stack := awscdk.NewStack(app, jsii.String("Training"), nil)
//			network.NewIsolated(stack, "Network", nil)
//		})
//	}
//
// [App] does the same for a test, and returns the error instead of ending the program.
package synth
